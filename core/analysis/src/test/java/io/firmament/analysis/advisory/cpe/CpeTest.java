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
