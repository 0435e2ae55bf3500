package io.firmament.analysis.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FindingsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../../docs/reference/findings.md");

  @Test
  void isThePageThatTheCardsMake() throws IOException {
    String page = FindingsPage.of(Inspection.standard().cards());
    if (Boolean.getBoolean("firmament.regenerate")) {
      Files.createDirectories(PAGE.toAbsolutePath().normalize().getParent());
      Files.writeString(PAGE, page);
    }
    assertEquals(
        Files.readString(PAGE),
        page,
        "run this test with -Dfirmament.regenerate=true to write the page again");
  }

  @Test
  void namesEveryIssueTypeThatARuleMakesAndNoOther() {
    List<IssueType> made =
        Inspection.standard().cards().stream().map(RuleCard::type).distinct().sorted().toList();
    assertEquals(List.of(IssueType.values()), made);
    assertTrue(FindingsPage.of(List.of()).startsWith("# Findings"));
  }
}
