package io.firmament.platform.firmware;

import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// Objects of any size by key. An object appears whole or not at all.
public interface ObjectStore {
  Optional<ObjectInfo> find(String key);

  /// The object's bytes; the caller closes the stream.
  Optional<InputStream> read(String key);

  /// Part of the object's bytes, cut to what exists; the caller closes the stream.
  ///
  /// @param length at least 1
  Optional<InputStream> read(String key, long offset, long length);

  /// A small object as a whole, with what names this version of it.
  Optional<TaggedObject> readTagged(String key);

  /// Writes the object, in place of one of the same key.
  void write(String key, String contentType, byte[] content);

  /// Writes the object where nobody else has meanwhile.
  ///
  /// @param tag of the version that it takes the place of; empty where there is to be none
  /// @return the new version's tag; empty where another one is there, or none, and nothing was done
  Optional<String> replace(String key, Optional<String> tag, String contentType, byte[] content);

  /// Writes the object from a file, in place of one of the same key.
  void write(String key, String contentType, Path file);

  /// Begins an object whose size is not known; a part of it is held in memory at a time.
  ObjectUpload begin(String key, String contentType);

  /// Removes the object if there is one.
  void delete(String key);

  /// The keys that begin so, in the order of their bytes.
  Page<String> keys(String prefix, PageRequest page);

  /// All keys that begin so, a page after the other.
  default void each(String prefix, Consumer<String> consumer) {
    PageRequest next = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    for (Page<String> page = keys(prefix, next); ; page = keys(prefix, next)) {
      page.items().forEach(consumer);
      if (page.next().isEmpty()) {
        return;
      }
      next = next.after(page.next().get());
    }
  }

  /// Permits one request that writes exactly these bytes, once.
  PresignedUpload presign(String key, long size, Sha256 sha256, Duration validity);

  /// Permits a write in parts, which may be sent in parallel and again.
  PresignedParts presignParts(String key, long size, long partSize, Duration validity);
}
