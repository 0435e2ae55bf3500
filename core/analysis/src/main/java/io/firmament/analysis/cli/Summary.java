package io.firmament.analysis.cli;

import io.firmament.analysis.unpack.UnpackReport.ChunkView;
import io.firmament.analysis.unpack.UnpackReport.NoteView;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The report for people, on one screen.
final class Summary {
  private static final int LISTED = 12;

  private final AnalysisReport report;

  Summary(AnalysisReport report) {
    this.report = report;
  }

  void print(Path image, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%s  %,d bytes  sha256 %s%n",
        image.getFileName(),
        report.input().size(),
        report.input().sha256());
    switch (report.outcome()) {
      case ANALYSED -> {}
      case NOT_ANALYSABLE ->
          out.printf("%n*** NOT ANALYSED: %s ***%n", Objects.requireNonNull(report.reason()));
      case LIMIT_HIT ->
          out.printf("%n*** NOT COMPLETE: %s ***%n", Objects.requireNonNull(report.reason()));
    }
    encrypted(out);
    regions(out);
    out.printf(
        Locale.ROOT,
        "%nExplained %.2f %%  entries %,d (files %,d)  content %,d bytes%n",
        report.explainedPercent(),
        report.counts().entries(),
        report.counts().files(),
        report.counts().contentBytes());
    identity(out);
    notes(out);
    components(out);
    issues(out);
  }

  /// An image that could not be seen into has no findings, and that must not look like good news.
  private void encrypted(PrintStream out) {
    for (NoteView note : report.notes()) {
      if (note.kind().equals("ENCRYPTED_OR_COMPRESSED_UNKNOWN")
          || note.kind().equals("ENCRYPTED")) {
        out.printf("*** ENCRYPTED OR UNKNOWN, not seen into: %s ***%n", note.detail());
      }
    }
  }

  private void regions(PrintStream out) {
    out.printf("%nRegions%n");
    List<ChunkView> top = report.chunks().stream().filter(chunk -> chunk.parent() == null).toList();
    for (ChunkView chunk : top.subList(0, Math.min(top.size(), 3 * LISTED))) {
      out.printf(
          Locale.ROOT,
          "  %#12x %,14d  %-12s %s%n",
          chunk.start(),
          chunk.end() - chunk.start(),
          chunk.format(),
          chunk.meta().entrySet().stream()
              .map(fact -> fact.getKey() + "=" + fact.getValue())
              .collect(Collectors.joining(" ")));
    }
    more(out, top.size() - 3 * LISTED);
  }

  private void identity(PrintStream out) {
    AnalysisReport.Identity identity = report.identity();
    String text =
        Stream.of(
                identity.architecture(),
                identity.endianness() == null ? null : identity.endianness() + " endian",
                identity.bits() == null ? null : identity.bits() + " bits",
                identity.os(),
                identity.kernelVersion() == null ? null : "kernel " + identity.kernelVersion(),
                identity.distribution(),
                identity.distributionVersion(),
                identity.board(),
                identity.soc())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
    out.printf("Made for  %s%n", text.isEmpty() ? "not seen" : text);
  }

  private void notes(PrintStream out) {
    Map<String, Integer> kinds = new TreeMap<>();
    report.notes().forEach(note -> kinds.merge(note.kind(), 1, Integer::sum));
    if (kinds.isEmpty()) {
      return;
    }
    out.printf("%nNotes %s%n", kinds);
    for (NoteView note : report.notes().subList(0, Math.min(report.notes().size(), LISTED))) {
      out.printf("  %-12s %s  %s%n", note.kind(), note.where(), note.detail());
    }
    more(out, report.notes().size() - LISTED);
  }

  private void components(PrintStream out) {
    out.printf("%nComponents (%d)%n", report.components().size());
    List<Component> listed =
        report.components().subList(0, Math.min(report.components().size(), LISTED));
    for (Component component : listed) {
      String version = component.version() == null ? "" : component.version();
      out.printf("  %-28s %s%n", component.name(), version);
    }
    more(out, report.components().size() - LISTED);
  }

  private void issues(PrintStream out) {
    Map<Severity, Integer> severities = new LinkedHashMap<>();
    report.issues().forEach(issue -> severities.merge(issue.severity(), 1, Integer::sum));
    out.printf(
        "%nIssues (%d) %s%n", report.issues().size(), severities.isEmpty() ? "" : severities);
    for (Issue issue : report.issues().subList(0, Math.min(report.issues().size(), LISTED))) {
      out.printf(
          "  %-13s %-30s %s  (%s)%n",
          issue.severity(), issue.type(), issue.summary(), issue.paths().getFirst());
    }
    more(out, report.issues().size() - LISTED);
  }

  private static void more(PrintStream out, int count) {
    if (count > 0) {
      out.printf("  ... and %,d more%n", count);
    }
  }
}
