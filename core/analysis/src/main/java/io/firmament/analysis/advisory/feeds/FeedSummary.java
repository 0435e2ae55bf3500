package io.firmament.analysis.advisory.feeds;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What reading one feed gave.
///
/// @param parts one for each kind of record in it, by kind; none where no record told
/// @param malformed how many records, or parts of records, could not be taken
/// @param whole false where the feed breaks off or is no feed at all
/// @param problems the first few reasons, each with the place
public record FeedSummary(List<Part> parts, int malformed, boolean whole, List<String> problems) {
  private static final int MOST_PROBLEMS = 20;

  public FeedSummary {
    parts = List.copyOf(parts);
    problems = List.copyOf(problems);
  }

  /// The records of one kind.
  ///
  /// @param watermark the time that the feed says it is of; empty where it does not say
  /// @param newest when the record changed last was changed; empty where records do not say
  public record Part(FeedKind kind, String watermark, String newest, int records) {
    private Part plus(Part more) {
      return new Part(
          kind,
          later(watermark, more.watermark),
          later(newest, more.newest),
          records + more.records);
    }

    private static String later(String a, String b) {
      return a.compareTo(b) > 0 ? a : b;
    }
  }

  /// What reading another feed gave besides.
  public FeedSummary plus(FeedSummary more) {
    Map<FeedKind, Part> all = new EnumMap<>(FeedKind.class);
    parts.forEach(part -> all.put(part.kind(), part));
    more.parts.forEach(part -> all.merge(part.kind(), part, Part::plus));
    return new FeedSummary(
        List.copyOf(all.values()),
        malformed + more.malformed,
        whole && more.whole,
        Stream.concat(problems.stream(), more.problems.stream()).limit(MOST_PROBLEMS).toList());
  }

  public int records() {
    return parts.stream().mapToInt(Part::records).sum();
  }
}
