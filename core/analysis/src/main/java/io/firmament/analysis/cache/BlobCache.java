package io.firmament.analysis.cache;

import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Keeps values that were worked out from single contents. The port of the engine to whatever keeps
/// them: memory, a folder, an object store.
///
/// A cache may forget anything at any time. What it gives must be what was kept, byte for byte; a
/// value that was damaged is one that is not there. Values may hold secrets that the content holds
/// in the clear, so that a cache is guarded as the image itself is. Used from several threads.
public interface BlobCache {
  /// Keeps nothing.
  BlobCache NONE =
      new BlobCache() {
        @Override
        public Optional<byte[]> find(Key key) {
          return Optional.empty();
        }

        @Override
        public void keep(Key key, byte[] value) {}
      };

  Optional<byte[]> find(Key key);

  /// Keeps a value for as long as it likes, perhaps not at all.
  void keep(Key key, byte[] value);

  /// What a value was worked out from. The same key has the same value, whenever and wherever.
  ///
  /// @param tenant whose image it was; nothing is shared between tenants
  /// @param engine version of what worked it out
  /// @param question which of the engine's questions it answers
  /// @param content digest of the bytes
  /// @param context digest of what else it depends on: where the content is in the tree
  record Key(String tenant, String engine, String question, Sha256 content, Sha256 context) {
    /// All of it in one name of 64 hexadecimal digits, which tells nothing of its parts.
    public String name() {
      String all = String.join("\0", tenant, engine, question, content.hex(), context.hex());
      return Sha256.of(all.getBytes(StandardCharsets.UTF_8)).hex();
    }
  }
}
