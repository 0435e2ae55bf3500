package io.firmament.analysis.inspect.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.inspect.Inspected;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// An id is in every report, and must not say whether a guess at the secret is right.
class SecretIdsTest {
  /// A rule, the file that it looks at, and two lines that differ in the secret alone.
  private record Case(String rule, String path, String one, String other) {}

  private static final List<Case> CASES =
      List.of(
          new Case(
              "configured-secret",
              "etc/config/wireless",
              "config wifi-iface\n option key 'tr0ub4dor&3xyz'\n",
              "config wifi-iface\n option key 'c0rrecth0rse9z'\n"),
          new Case(
              "url-credential",
              "etc/update.conf",
              "url=ftp://update:Hx72kdPq@ftp.vendor.net/fw\n",
              "url=ftp://update:Zp91mwRt@ftp.vendor.net/fw\n"),
          new Case(
              "token",
              "www/app.js",
              "var k = 'AKIAQ3EGXZ7YB2MNP4RT';\n",
              "var k = 'AKIAZ7YB2MNP4RTQ3EGX';\n"),
          new Case(
              "password-hash",
              "etc/shadow",
              "root:$1$abcdefgh$G9NzmGyUbbCVFVNuk7Z7W/:19000:0:99999:7:::\n",
              "root:$1$hgfedcba$2hY9NzmGyUbbCVFVNuk7Z.:19000:0:99999:7:::\n"));

  private static List<String> ids(String rule, String path, String text) {
    return Inspected.by(rule, new MemoryTree().file(path, text)).stream()
        .map(Issue::id)
        .sorted()
        .toList();
  }

  @Test
  void areTheSameWhateverTheSecretIs() {
    for (Case each : CASES) {
      List<String> ids = ids(each.rule, each.path, each.one);
      assertEquals(1, ids.size(), each.rule);
      assertEquals(ids, ids(each.rule, each.path, each.other), each.rule);
    }
  }

  @Test
  void areTheSameInEveryRun() {
    for (Case each : CASES) {
      assertEquals(ids(each.rule, each.path, each.one), ids(each.rule, each.path, each.one));
    }
  }

  @Test
  void tellTwoSecretsOfOneNameApart() {
    for (Case each : CASES) {
      List<String> both = ids(each.rule, each.path, each.one + each.other);
      assertEquals(2, both.size(), each.rule);
      assertNotEquals(both.getFirst(), both.getLast(), each.rule);
      assertTrue(both.containsAll(ids(each.rule, each.path, each.one)), each.rule);
      // Which of the two comes first in an order of secrets has no part in it.
      assertEquals(both, ids(each.rule, each.path, each.other + each.one), each.rule);
    }
  }

  @Test
  void differByWhereTheSecretStands() {
    Map<String, String> moved =
        Map.of(
            "configured-secret", "usr/etc/config/wireless",
            "url-credential", "usr/etc/update.conf",
            "token", "usr/www/app.js",
            "password-hash", "usr/etc/shadow");
    for (Case each : CASES) {
      List<String> here = ids(each.rule, each.path, each.one);
      List<String> there = ids(each.rule, moved.getOrDefault(each.rule, ""), each.one);
      assertEquals(1, there.size(), each.rule);
      assertNotEquals(here, there, each.rule);
    }
  }

  @Test
  void areOneForAllCopies() {
    for (Case each : CASES) {
      MemoryTree tree = new MemoryTree().file(each.path, each.one).file("z/" + each.path, each.one);
      List<Issue> issues = Inspected.by(each.rule, tree);
      assertEquals(1, issues.size(), each.rule);
      assertEquals(2, issues.getFirst().paths().size(), each.rule);
      assertEquals(ids(each.rule, each.path, each.one), List.of(issues.getFirst().id()));
    }
  }
}
