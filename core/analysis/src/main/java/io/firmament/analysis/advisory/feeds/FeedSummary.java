package io.firmament.analysis.advisory.feeds;

import java.util.List;

/// What reading one feed gave.
///
/// @param kind `nvd`, `kev`, `facts`, or `unknown` where no record told
/// @param watermark the time the feed says it is of; empty where it does not say
/// @param records how many records were taken
/// @param malformed how many records, or parts of records, could not be taken
/// @param whole false where the feed breaks off or is no feed at all
/// @param problems the first few reasons
public record FeedSummary(
    String kind,
    String watermark,
    int records,
    int malformed,
    boolean whole,
    List<String> problems) {
  public FeedSummary {
    problems = List.copyOf(problems);
  }
}
