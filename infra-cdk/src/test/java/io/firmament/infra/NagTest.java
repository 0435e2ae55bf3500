package io.firmament.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// cdk-nag's AwsSolutions rules: every finding is one of [Suppression], and all of these occur.
class NagTest {
  private static final Nag NAG = Nag.read(Synthesis.byDefault());

  @Test
  void looksAtEveryStack() {
    assertTrue(NAG.findings().size() > 200, "findings: " + NAG.findings().size());
  }

  @Test
  void findsNothingThatIsNotExplained() {
    assertEquals(Set.of(), Set.copyOf(NAG.unexplained()));
  }

  @Test
  void explainsNothingThatDoesNotOccur() {
    Set<String> expected =
        Arrays.stream(Suppression.values())
            .map(s -> s.rule() + " " + s.reason())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> found =
        NAG.findings().stream()
            .filter(Nag.Finding::suppressed)
            .map(f -> f.rule() + " " + f.reason())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", expected), String.join("\n", found));
  }
}
