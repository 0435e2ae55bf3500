package io.firmament.analysis.advisory.cpe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpeTest {
  @ParameterizedTest
  @CsvSource({
    // NISTIR 7696, table 6-2, row by row
    "*, *, EQUAL",
    "*, -, SUPERSET",
    "*, i, SUPERSET",
    "*, m?, UNDEFINED",
    "-, *, SUBSET",
    "-, -, EQUAL",
    "-, i, DISJOINT",
    "-, m?, UNDEFINED",
    "i, i, EQUAL",
    "i, k, DISJOINT",
    "i, m?, UNDEFINED",
    "i, -, DISJOINT",
    "i, *, SUBSET",
    "m*, mix, SUPERSET",
    "m?, mix, DISJOINT",
    "m??, mix, SUPERSET",
    "*ix, mix, SUPERSET",
    "m*, kix, DISJOINT",
    "m*, -, DISJOINT",
    "m*, *, SUBSET",
  })
  void comparesAttributes(String source, String target, Relation expected) {
    assertEquals(expected, Cpe.compareValues(source, target));
  }

  /// The examples of NISTIR 7695, sections 6.1.2 and 6.1.3.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpe:/a:microsoft:internet_explorer:8.0.6001:beta |"
            + " cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*",
        "cpe:/a:microsoft:internet_explorer:8.%02:sp%01 |"
            + " cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*",
        "cpe:/a:hp:insight_diagnostics:7.4.0.1570:-:~~online~win2003~x64~ |"
            + " cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:-:*:*:online:win2003:x64:*",
        "cpe:/a:hp:openview_network_manager:7.51::~~~linux~~ |"
            + " cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*",
        "cpe:/a:foo%5cbar:big%24money_2010:::~~special~ipod_touch~80gb~ |"
            + " cpe:2.3:a:foo\\\\bar:big\\$money_2010:*:*:*:*:special:ipod_touch:80gb:*",
        "cpe:/o:linux:linux_kernel | cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*",
        "cpe:/a:x:y:1::ed:en-us | cpe:2.3:a:x:y:1:*:ed:en-us:*:*:*:*",
      })
  void bindsToUrisAndBack(String uri, String formatted) {
    assertEquals(formatted, Cpe.parseUri(uri).orElseThrow().toString());
    assertEquals(uri, Cpe.parse(formatted).orElseThrow().toUri());
  }

  @Test
  void refusesWhatIsNoUri() {
    for (String text :
        List.of(
            "",
            "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*",
            "cpe:/x:b:c",
            "cpe:/a:b:c:1:2:3:4:5",
            "cpe:/a:b%0:c",
            "cpe:/a:b%zz:c",
            "cpe:/a:foo%5cbar:big%24money%07",
            "cpe:/a:fo%02o:c",
            "cpe:/a:b:c:1::~a~b",
            "cpe:/a:b c:d")) {
      assertTrue(Cpe.parseUri(text).isEmpty(), text);
    }
  }

  @Test
  void readsEscapesAndLowersCase() {
    Cpe cpe = Cpe.parse("CPE:2.3:a:Foo\\:Bar:b\\\\az\\*:1.0:*:*:*:*:node.js:*:*").orElseThrow();
    assertEquals("foo:bar", cpe.text(CpeAttribute.VENDOR));
    assertEquals("b\\az*", cpe.text(CpeAttribute.PRODUCT));
    assertEquals("node.js", cpe.text(CpeAttribute.TARGET_SW));
    assertEquals("cpe:2.3:a:foo\\:bar:b\\\\az\\*:1.0:*:*:*:*:node.js:*:*", cpe.toString());
  }

  @Test
  void refusesWhatIsNoFormattedString() {
    for (String text :
        List.of(
            "",
            "cpe:/a:b:c",
            "cpe:2.3:a:b:c",
            "cpe:2.3:x:b:c:1:*:*:*:*:*:*:*",
            "cpe:2.3:a::c:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:b:c:1:*:*:*:*:*:*:*:*",
            "cpe:2.3:a:b c:c:1:*:*:*:*:*:*:*",
            "cpe:2.3:a:b:c:1:*:*:*:*:*:*:\\")) {
      assertTrue(Cpe.parse(text).isEmpty(), text);
    }
    assertTrue(Cpe.parse("cpe:2.3:a:" + "x".repeat(3000) + ":c:1:*:*:*:*:*:*:*").isEmpty());
  }

  @Test
  void comparesWholeNames() {
    Cpe any = Cpe.of('a', "openssl", "openssl", "*");
    Cpe one = Cpe.of('a', "openssl", "openssl", "1.1.1n");
    assertEquals(Relation.SUPERSET, any.compare(one));
    assertEquals(Relation.SUBSET, one.compare(any));
    assertEquals(Relation.EQUAL, one.compare(one));
    assertEquals(Relation.DISJOINT, one.compare(Cpe.of('o', "openssl", "openssl", "1.1.1n")));
  }

  @Test
  void escapesPlainText() {
    assertEquals(
        "cpe:2.3:a:a\\&b:c_d:1.0\\+x:*:*:*:*:*:*:*", Cpe.of('a', "A&B", "C d", "1.0+x").toString());
  }
}
