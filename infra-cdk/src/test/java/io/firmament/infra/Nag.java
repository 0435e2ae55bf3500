package io.firmament.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What cdk-nag said about a synthesis, from the reports that it writes beside the templates.
record Nag(List<Finding> findings) {
  /// One line of a report.
  ///
  /// @param reason why it may stand; `N/A` where nobody said
  record Finding(String rule, String resource, String compliance, String reason) {
    boolean suppressed() {
      return compliance.equals("Suppressed");
    }

    boolean complies() {
      return compliance.equals("Compliant") || compliance.equals("N/A");
    }
  }

  static Nag read(Synthesis synthesis) {
    List<Finding> findings = new ArrayList<>();
    try (Stream<Path> files = Files.list(synthesis.folder())) {
      for (Path report :
          files.filter(f -> f.getFileName().toString().endsWith("NagReport.csv")).toList()) {
        List<String> lines = Files.readAllLines(report);
        for (String line : lines.subList(1, lines.size())) {
          String[] field = line.substring(1, line.length() - 1).split("\",\"", -1);
          findings.add(new Finding(field[0], field[1], field[2], field[3]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Nag(List.copyOf(findings));
  }

  /// What breaks a rule, or could not be judged, with nobody saying why.
  List<Finding> unexplained() {
    return findings.stream().filter(f -> !f.complies() && !f.suppressed()).toList();
  }
}
