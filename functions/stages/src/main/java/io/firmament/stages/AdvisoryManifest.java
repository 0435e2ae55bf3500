package io.firmament.stages;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.index.FeedNote;
import io.firmament.base.Sha256;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is said of a published advisory index, in an object beside it that never changes.
///
/// @param format of this document
/// @param indexFormat of the index file; a program reads one
/// @param key of the index
/// @param sha256 of the index
/// @param size of the index in bytes
/// @param generation of the feeds that it was built from
/// @param builtAt when, ISO 8601 in UTC
/// @param claims statements about products and packages besides the criteria
/// @param notices what the terms of the sources ask to be shown
/// @param distributions whose own data is in it, with the release
/// @param sections SHA-256 in hex by section of the index
@Json
public record AdvisoryManifest(
    String format,
    int indexFormat,
    String key,
    String sha256,
    long size,
    long generation,
    String builtAt,
    int vulnerabilities,
    int criteria,
    int products,
    int claims,
    List<Feed> feeds,
    List<String> notices,
    List<String> distributions,
    Map<String, String> sections) {
  static final String FORMAT = "firmament-advisories/1";
  private static final JsonType<AdvisoryManifest> TYPE =
      Jsonb.builder().build().type(AdvisoryManifest.class);

  public AdvisoryManifest {
    feeds = List.copyOf(feeds);
    notices = List.copyOf(notices);
    distributions = List.copyOf(distributions);
    sections = new TreeMap<>(sections);
  }

  /// The records of one kind in a feed, see [FeedNote].
  @Json
  public record Feed(
      String name,
      String kind,
      String watermark,
      String newest,
      String obtained,
      int records,
      int malformed) {
    private static Feed of(FeedNote note) {
      return new Feed(
          note.name(),
          note.kind(),
          note.watermark(),
          note.newest(),
          note.obtained(),
          note.records(),
          note.malformed());
    }
  }

  /// Of an index whose file lies under a key.
  static AdvisoryManifest of(
      AdvisoryIndex index, String key, Sha256 sha256, long size, long generation, String builtAt) {
    List<FeedNote> feeds = index.manifest().feeds();
    return new AdvisoryManifest(
        FORMAT,
        AdvisoryIndex.FORMAT,
        key,
        sha256.hex(),
        size,
        generation,
        builtAt,
        index.vulnerabilities(),
        index.criteria(),
        index.products(),
        index.claims(),
        feeds.stream().map(Feed::of).toList(),
        feeds.stream().map(FeedNote::notice).filter(n -> !n.isEmpty()).distinct().sorted().toList(),
        index.manifest().distributions(),
        index.manifest().sections());
  }

  static AdvisoryManifest read(byte[] json) {
    return TYPE.fromJson(json);
  }

  byte[] bytes() {
    return TYPE.toJsonBytes(this);
  }
}
