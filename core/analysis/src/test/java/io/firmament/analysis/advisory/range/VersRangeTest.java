package io.firmament.analysis.advisory.range;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersRangeTest {
  @Test
  void readsTheCanonicalForm() {
    VersRange range = VersRange.parse("vers:npm/>=1.0.0|<2.0.0").orElseThrow();
    assertEquals("npm", range.type());
    assertEquals(
        List.of(
            new VersRange.Constraint(VersRange.Operator.GREATER_OR_EQUAL, "1.0.0"),
            new VersRange.Constraint(VersRange.Operator.LESS, "2.0.0")),
        range.constraints());
    assertEquals("1.0%2F0", first("vers:npm/1.0%252F0"));
    assertEquals("1 2", first("vers:generic/1%202"));
  }

  private static String first(String text) {
    return VersRange.parse(text).orElseThrow().constraints().getFirst().version();
  }

  /// The failures of the specification's own vectors among them.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "vers:",
        "vers:npm",
        "vers:npm/",
        "vers:npm/>=1.0.0| <2.0.0",
        "vers:npm/|>=1.0.0|<2.0.0",
        "vers:npm/>=1.0.0|<2.0.0|",
        "vers:npm/>=1.0.0||<2.0.0",
        "vers:npm/>=2.0.0|<1.0.0",
        "vers:npm/1.0.0|1.0.0",
        "vers:npm/1.0%2G0",
        "vers:npm/1.0%2",
        "VERS:npm/1.0",
        "vers:npm/>=",
        "vers:npm/*|1.0",
      })
  void refusesWhatIsNotCanonical(String text) {
    assertEquals(Optional.empty(), VersRange.parse(text));
  }

  @Test
  void readsWhatPeopleWriteWhereAskedTo() {
    assertEquals(
        VersRange.parse("vers:npm/>=1.0.0|<2.0.0"),
        VersRange.parseLenient(" VERS:NPM/ <2.0.0 | | >= 1.0.0 |"));
    assertEquals(Optional.empty(), VersRange.parseLenient("1.0"));
  }

  @ParameterizedTest
  @CsvSource({
    "vers:npm/*, 1.0.0, true",
    "vers:npm/1.0.0, 1.0.0, true",
    "vers:npm/1.0.0, 1.0.1, false",
    "vers:npm/!=1.0.0, 1.0.1, true",
    "vers:npm/!=1.0.0, 1.0.0, false",
    "vers:npm/>=1.0.0|<2.0.0, 1.0.0, true",
    "vers:npm/>=1.0.0|<2.0.0, 2.0.0, false",
    "vers:npm/>1.0.0|<=2.0.0, 1.0.0, false",
    "vers:npm/>1.0.0|<=2.0.0, 2.0.0, true",
    "vers:npm/>1.0.0|<=2.0.0, 2.0.1, false",
    "vers:npm/<1.0.0|>=2.0.0, 0.9.0, true",
    "vers:npm/<1.0.0|>=2.0.0, 1.5.0, false",
    "vers:npm/<1.0.0|>=2.0.0, 3.0.0, true",
    "vers:npm/>=1.0.0|!=1.5.0|<2.0.0, 1.5.0, false",
    "vers:npm/0.5.0|>=1.0.0|<2.0.0, 0.5.0, true",
    "vers:npm/0.5.0|>=1.0.0|<2.0.0, 0.6.0, false",
    "vers:deb/>=1:1.0|<1:1.2-1, 1:1.2~rc1-1, true",
    "vers:pypi/<1.0, 1.0rc1, true",
    "vers:openssl/>=1.0.2|<1.0.2zd, 1.0.2k, true",
    "vers:maven/<=1.0, 1.0-alpha-1, true",
  })
  void tellsWhatIsInside(String range, String version, boolean inside) {
    assertEquals(inside, VersRange.parse(range).orElseThrow().contains(version));
  }

  @Test
  void aHostileRangeIsRefusedSoon() {
    assertEquals(Optional.empty(), VersRange.parse("vers:npm/" + "1|".repeat(100_000) + "1"));
    assertTrue(VersRange.parseLenient("|".repeat(1_000_000)).isEmpty());
  }
}
