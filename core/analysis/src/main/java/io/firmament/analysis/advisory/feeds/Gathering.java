package io.firmament.analysis.advisory.feeds;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What reading a feed has given so far.
final class Gathering {
  private static final int MAX_PROBLEMS = 20;

  private final FactSink sink;
  private final Map<FeedKind, Count> counts = new EnumMap<>(FeedKind.class);
  private final List<String> problems = new ArrayList<>();
  private int malformed;
  private boolean whole = true;
  private boolean recognised;

  Gathering(FactSink sink) {
    this.sink = sink;
  }

  /// Takes the facts of one record.
  ///
  /// @param modified when its source last changed it; empty where that is not said
  void take(FeedKind kind, String modified, Fact... facts) {
    for (Fact fact : facts) {
      alongside(fact);
    }
    Count count = counts.computeIfAbsent(kind, _ -> new Count());
    count.records++;
    if (modified.compareTo(count.newest) > 0) {
      count.newest = modified;
    }
  }

  /// Takes what a record says besides.
  void alongside(Fact fact) {
    try {
      sink.take(fact);
    } catch (IOException e) {
      throw new SinkFailure(e);
    }
  }

  /// The time that records of the kind are said to be of; the newest one counts.
  void watermark(FeedKind kind, String time) {
    Count count = counts.get(kind);
    if (count != null && time.compareTo(count.watermark) > 0) {
      count.watermark = time;
    }
  }

  void malformed(String problem) {
    malformed++;
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    }
  }

  /// The last thing that is said of a feed.
  void breaksOff(String problem) {
    whole = false;
    malformed++;
    if (problems.size() == MAX_PROBLEMS) {
      problems.removeLast();
    }
    problems.add(problem);
  }

  /// Says that the form is understood, whatever is in it.
  void recognised() {
    recognised = true;
  }

  boolean isRecognised() {
    return recognised || malformed > 0 || records() > 0;
  }

  int records() {
    return counts.values().stream().mapToInt(count -> count.records).sum();
  }

  FeedSummary summary() {
    return new FeedSummary(
        counts.entrySet().stream()
            .map(
                e ->
                    new FeedSummary.Part(
                        e.getKey(),
                        e.getValue().watermark,
                        e.getValue().newest,
                        e.getValue().records))
            .toList(),
        malformed,
        whole,
        problems);
  }

  /// The place of a problem, ready to be followed by it.
  static String at(String file, String where) {
    return file.isEmpty() ? where + ": " : file + ", " + where + ": ";
  }

  private static final class Count {
    private int records;
    private String watermark = "";
    private String newest = "";
  }

  /// Keeps a failure to write apart from a failure to read.
  static final class SinkFailure extends RuntimeException {
    private final transient IOException failure;

    SinkFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException cause() {
      return failure;
    }
  }
}
