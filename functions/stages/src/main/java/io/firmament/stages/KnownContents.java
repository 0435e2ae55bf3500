package io.firmament.stages;

import io.firmament.analysis.cache.PackBlobCache;
import io.firmament.analysis.cache.Reuse;
import io.firmament.base.Log;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a stage knows of a product's contents from the version before: one object for each product
/// and stage, read at the beginning and written at the end. Of two analyses of a product at once,
/// the last to end leaves what it knows.
final class KnownContents {
  private static final Log LOG = Log.of(KnownContents.class);

  /// Held in memory; some ten thousand answers.
  private static final long MOST_BYTES = 64L << 20;

  private final ObjectStore store;
  private final String key;
  private final PackBlobCache cache;
  private final Reuse reuse;

  private KnownContents(ObjectStore store, String key, PackBlobCache cache, String tenant) {
    this.store = store;
    this.key = key;
    this.cache = cache;
    this.reuse = new Reuse(cache, tenant);
  }

  static KnownContents of(ObjectStore store, Firmware firmware, Stage stage) throws IOException {
    String key = ObjectKeys.cache(firmware.tenant(), firmware.product(), stage);
    Optional<InputStream> file = store.read(key);
    PackBlobCache cache = PackBlobCache.empty(MOST_BYTES);
    if (file.isPresent()) {
      try (InputStream in = file.get()) {
        cache = PackBlobCache.read(in, MOST_BYTES);
      }
    }
    return new KnownContents(store, key, cache, firmware.tenant().toString());
  }

  Reuse reuse() {
    return reuse;
  }

  /// Keeps what the next version may ask for.
  void keep(WorkFolder folder) throws IOException {
    Reuse.Counts counts = reuse.counts();
    LOG.info(
        "contents_looked_at", "object", key, "all", counts.contents(), "looked", counts.looked());
    if (cache.isChanged()) {
      Path file = folder.file("cache");
      try (OutputStream out = Files.newOutputStream(file)) {
        cache.write(out);
      }
      store.write(key, "application/gzip", file);
    }
  }
}
