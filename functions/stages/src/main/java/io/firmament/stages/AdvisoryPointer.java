package io.firmament.stages;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `advisories/current.json` says: which index is in use, and which were before.
///
/// @param key of the index
/// @param sha256 of the index, which is what it is called
/// @param manifest key of its [AdvisoryManifest]; null for an index of before there were any
/// @param manifestSha256 of that document
/// @param generation of the feeds that it was built from: it only ever grows
/// @param basis what it was built from and by, see [io.firmament.stages.feeds.FeedLibrary#basis]
/// @param builtAt when, ISO 8601 in UTC
/// @param former those that it took the place of and that are still there, the newest first
@Json
record AdvisoryPointer(
    String key,
    String sha256,
    @Nullable String manifest,
    @Nullable String manifestSha256,
    long generation,
    @Nullable String basis,
    @Nullable String builtAt,
    List<Former> former) {
  static final JsonType<AdvisoryPointer> TYPE = Jsonb.builder().build().type(AdvisoryPointer.class);

  AdvisoryPointer {
    former = former == null ? List.of() : List.copyOf(former);
  }

  /// An index that was in use.
  ///
  /// @param until when it was, ISO 8601 in UTC
  @Json
  record Former(
      String key,
      String sha256,
      @Nullable String manifest,
      @Nullable String manifestSha256,
      String until) {}

  /// How it will be told once another is in use.
  Former formerly(String until) {
    return new Former(key, sha256, manifest, manifestSha256, until);
  }

  /// Where an index is that is in use, or was.
  Optional<Former> find(String version) {
    return version.equals(sha256)
        ? Optional.of(formerly(""))
        : former.stream().filter(each -> each.sha256().equals(version)).findFirst();
  }
}
