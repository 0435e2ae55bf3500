package io.firmament.analysis.advisory.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AliasGroupsTest {
  @Test
  void aliasesOfAliasesAreOne() {
    AliasGroups groups = new AliasGroups();
    groups.join("GHSA-1", List.of("CVE-1"));
    groups.join("OSV-1", List.of("DSA-1"));
    assertNotEquals(groups.of("GHSA-1"), groups.of("OSV-1"));
    groups.join("DSA-1", List.of("CVE-1", "CVE-1"));
    assertEquals(groups.of("GHSA-1"), groups.of("OSV-1"));
    assertEquals(groups.of("CVE-1"), groups.of("DSA-1"));
    assertEquals("CVE-2", groups.of("CVE-2"));
  }

  @Test
  void aLongChainInACircleEnds() {
    AliasGroups groups = new AliasGroups();
    for (int i = 0; i < 100_000; i++) {
      groups.join("A-" + i, List.of("A-" + (i + 1) % 100_000));
    }
    assertEquals(groups.of("A-0"), groups.of("A-50000"));
  }
}
