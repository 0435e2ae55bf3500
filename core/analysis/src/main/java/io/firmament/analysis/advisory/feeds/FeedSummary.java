package io.firmament.analysis.advisory.feeds;

import java.util.List;

/// What reading one feed gave.
///
/// @param parts one for each kind of record in it, by kind; none where no record told
/// @param malformed how many records, or parts of records, could not be taken
/// @param whole false where the feed breaks off or is no feed at all
/// @param problems the first few reasons, each with the place
public record FeedSummary(List<Part> parts, int malformed, boolean whole, List<String> problems) {
  public FeedSummary {
    parts = List.copyOf(parts);
    problems = List.copyOf(problems);
  }

  /// The records of one kind.
  ///
  /// @param watermark the time that the feed says it is of; empty where it does not say
  /// @param newest when the record changed last was changed; empty where records do not say
  public record Part(FeedKind kind, String watermark, String newest, int records) {}

  public int records() {
    return parts.stream().mapToInt(Part::records).sum();
  }
}
