package io.firmament.analysis.advisory;

import io.firmament.analysis.advisory.feeds.FeedKind;
import io.firmament.analysis.advisory.feeds.FeedSummary;
import io.firmament.base.Sha256;
import java.util.List;
import java.util.stream.Collectors;

/// What a build of the index read and wrote.
///
/// @param vulnerabilities how many are in the index
/// @param criteria how many product criteria they have in all
/// @param products how many distinct vendor and product pairs
/// @param claims how many statements about products and packages besides
/// @param sha256 of the file
public record BuildReport(
    List<Feed> feeds,
    int vulnerabilities,
    int criteria,
    int products,
    int claims,
    long sizeBytes,
    Sha256 sha256) {
  public BuildReport {
    feeds = List.copyOf(feeds);
  }

  /// What one feed gave.
  ///
  /// @param name of its file
  /// @param kept whether it was read before and has not changed since
  public record Feed(String name, FeedSummary summary, boolean kept) {
    /// The kinds of its records, such as `nvd`, with `+` between several; `unknown` where no record
    /// told.
    public String kind() {
      return summary.parts().isEmpty()
          ? FeedKind.UNKNOWN.label()
          : summary.parts().stream()
              .map(part -> part.kind().label())
              .collect(Collectors.joining("+"));
    }

    public int records() {
      return summary.records();
    }

    public int malformed() {
      return summary.malformed();
    }

    /// False where the feed breaks off or is no feed at all.
    public boolean whole() {
      return summary.whole();
    }

    public List<String> problems() {
      return summary.problems();
    }
  }
}
