package io.firmament.stages.feeds;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of the feeds, in one object that is exchanged in one piece.
///
/// @param generation grows with every version of it
/// @param reading by which program the facts were read, see
///     [io.firmament.analysis.advisory.FeedStore#reading]
/// @param facts of each feed that was read, by the name of the file that they have in a store
/// @param sources what is known of each source, by name
@Json
record FeedState(
    long generation, String reading, Map<String, Facts> facts, Map<String, Source> sources) {
  static final JsonType<FeedState> TYPE = Jsonb.builder().build().type(FeedState.class);

  FeedState {
    facts = new TreeMap<>(facts);
    sources = new TreeMap<>(sources);
  }

  /// Facts that are kept.
  ///
  /// @param key of their object
  /// @param sha256 of it
  @Json
  record Facts(String key, String sha256, long size) {}

  /// A source.
  ///
  /// @param slot the name of the file of its facts; empty where there never were any
  /// @param whole what the server said of what was read, see [FeedDownloads.Saved]
  /// @param begun what it said of the next one
  /// @param part key of what is there of the next one; null where nothing is
  /// @param nvd how far the NVD's API was read; null for every other source
  /// @param triedAt when it was last asked for, ISO 8601 in UTC; empty for never
  /// @param goodAt when it was last known to be up to date, ISO 8601 in UTC; empty for never
  /// @param trouble why it is not; empty where it is
  /// @param troubledSince since when
  @Json
  record Source(
      String slot,
      Map<String, String> whole,
      Map<String, String> begun,
      @Nullable String part,
      @Nullable NvdProgress nvd,
      String triedAt,
      String goodAt,
      String trouble,
      String troubledSince) {
    Source {
      whole = new TreeMap<>(whole);
      begun = new TreeMap<>(begun);
    }

    static Source unknown() {
      return new Source("", Map.of(), Map.of(), null, null, "", "", "", "");
    }

    /// Its facts are gone: it is to be fetched as if for the first time. The slot says that there
    /// were some.
    Source forgotten() {
      return new Source(slot, Map.of(), begun, part, null, triedAt, goodAt, trouble, troubledSince);
    }

    FeedDownloads.Saved saved() {
      SortedMap<String, String> next = part == null ? new TreeMap<>() : new TreeMap<>(begun);
      return new FeedDownloads.Saved(new TreeMap<>(whole), next);
    }

    Source with(FeedDownloads.Saved saved, @Nullable String partKey) {
      return new Source(
          slot,
          saved.whole(),
          saved.begun(),
          partKey,
          nvd,
          triedAt,
          goodAt,
          trouble,
          troubledSince);
    }

    Source in(String file) {
      return new Source(file, whole, begun, part, nvd, triedAt, goodAt, trouble, troubledSince);
    }

    Source at(NvdProgress progress) {
      return new Source(
          slot, whole, begun, part, progress, triedAt, goodAt, trouble, troubledSince);
    }

    Source good(String now) {
      return new Source(slot, whole, begun, part, nvd, now, now, "", "");
    }

    Source troubled(String why, String now) {
      return new Source(slot, whole, begun, part, nvd, now, goodAt, why, since(now));
    }

    /// There was no time to ask for it.
    Source waiting(String why, String now) {
      return new Source(slot, whole, begun, part, nvd, triedAt, goodAt, why, since(now));
    }

    private String since(String now) {
      return troubledSince.isEmpty() ? now : troubledSince;
    }
  }

  /// Of a platform without feeds.
  static FeedState nothing(long generation, String reading) {
    return new FeedState(generation, reading, Map.of(), Map.of());
  }

  /// What is known of a source; the validators of one whose facts are gone are of no use.
  Source source(String name) {
    Source known = sources.getOrDefault(name, Source.unknown());
    return known.slot().isEmpty() || facts.containsKey(known.slot()) ? known : known.forgotten();
  }

  FeedState with(String name, Source source) {
    Map<String, Source> all = new TreeMap<>(sources);
    all.put(name, source);
    return new FeedState(generation, reading, facts, all);
  }

  FeedState without(String name) {
    Map<String, Source> all = new TreeMap<>(sources);
    all.remove(name);
    return new FeedState(generation, reading, facts, all);
  }

  FeedState with(Map<String, Facts> others) {
    return new FeedState(generation, reading, others, sources);
  }

  FeedState next() {
    return new FeedState(generation + 1, reading, facts, sources);
  }
}
