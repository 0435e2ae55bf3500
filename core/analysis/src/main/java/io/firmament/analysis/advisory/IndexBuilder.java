package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.FeedReader;
import io.firmament.analysis.advisory.feeds.FeedSummary;
import io.firmament.analysis.advisory.index.FactSpool;
import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.analysis.advisory.index.IndexTotals;
import io.firmament.analysis.advisory.index.IndexWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Builds the index file from feeds; the same feeds give the same bytes.
///
/// The facts that come with Firmament are always in it. Where a feed has the same vulnerability
/// with versions of its own, the feed counts.
public final class IndexBuilder {
  private static final String STARTER = "starter-facts.json";

  private IndexBuilder() {}

  /// Reads the feeds in order, tells their kinds by their content, and writes the index file.
  ///
  /// @param feeds NVD 2.0 JSON, KEV JSON or our own facts, plain or gzip
  public static BuildReport build(List<Path> feeds, Path out) throws IOException {
    Path folder = out.resolveSibling("").toAbsolutePath();
    List<FeedNote> notes = new ArrayList<>();
    List<BuildReport.Feed> reports = new ArrayList<>();
    try (FactSpool spool = FactSpool.in(folder)) {
      try (InputStream in = starter()) {
        add(STARTER, FeedReader.read(in, spool), notes, reports);
      }
      for (Path feed : feeds) {
        try (InputStream in = Files.newInputStream(feed)) {
          add(String.valueOf(feed.getFileName()), FeedReader.read(in, spool), notes, reports);
        }
      }
      IndexTotals totals = IndexWriter.write(spool, notes, out);
      return new BuildReport(
          reports,
          totals.vulnerabilities(),
          totals.criteria(),
          totals.products(),
          totals.sizeBytes(),
          totals.sha256());
    }
  }

  private static InputStream starter() throws IOException {
    InputStream in = IndexBuilder.class.getResourceAsStream(STARTER);
    if (in == null) {
      throw new IOException("the program's own " + STARTER + " is missing");
    }
    return in;
  }

  private static void add(
      String name, FeedSummary summary, List<FeedNote> notes, List<BuildReport.Feed> reports) {
    notes.add(
        new FeedNote(
            name,
            summary.kind(),
            summary.watermark(),
            summary.records(),
            summary.malformed(),
            notice(summary.kind())));
    reports.add(
        new BuildReport.Feed(
            name,
            summary.kind(),
            summary.records(),
            summary.malformed(),
            summary.whole(),
            summary.problems()));
  }

  private static String notice(String kind) {
    return switch (kind) {
      case "nvd" ->
          "This product uses data from the NVD API but is not endorsed or certified by the NVD.";
      case "kev" -> "Known Exploited Vulnerabilities Catalog by CISA, CC0 1.0; no endorsement.";
      default -> "";
    };
  }
}
