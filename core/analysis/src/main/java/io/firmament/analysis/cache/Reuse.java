package io.firmament.analysis.cache;

import io.firmament.analysis.scan.Blob;
import io.firmament.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// One question that a run asks of many contents: the cache is asked first, and what had to be
/// looked at is counted. Used from several threads.
///
/// An answer depends on the bytes and on the paths under which they are in the tree; a content that
/// has moved is looked at again.
public final class Reuse {
  private final BlobCache cache;
  private final String tenant;
  private final AtomicLong contents = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong looked = new AtomicLong();
  private final AtomicLong lookedBytes = new AtomicLong();

  /// What a run had to do.
  ///
  /// @param contents distinct contents that were asked for
  /// @param bytes of these
  /// @param looked contents that were looked at because nothing was known of them
  /// @param lookedBytes of these
  public record Counts(long contents, long bytes, long looked, long lookedBytes) {}

  public Reuse(BlobCache cache, String tenant) {
    this.cache = cache;
    this.tenant = tenant;
  }

  /// Knows nothing and keeps nothing.
  public static Reuse none() {
    return new Reuse(BlobCache.NONE, "");
  }

  /// The answer for one content, from the cache or from `look`.
  ///
  /// @param question names what `look` does; with the engine's version it says what the answer is
  public <T> T of(Blob blob, String question, ValueCodec<T> codec, Function<Blob, T> look) {
    contents.incrementAndGet();
    bytes.addAndGet(blob.content().size());
    Optional<String> engine = EngineVersion.current();
    if (cache.equals(BlobCache.NONE) || engine.isEmpty()) {
      return looked(blob, look);
    }
    BlobCache.Key key =
        new BlobCache.Key(tenant, engine.get(), question, blob.sha256(), context(blob));
    Optional<T> known = cache.find(key).flatMap(value -> codec.read(value, blob));
    if (known.isPresent()) {
      return known.get();
    }
    T answer = looked(blob, look);
    cache.keep(key, codec.write(answer, blob));
    return answer;
  }

  private <T> T looked(Blob blob, Function<Blob, T> look) {
    looked.incrementAndGet();
    lookedBytes.addAndGet(blob.content().size());
    return look.apply(blob);
  }

  private static Sha256 context(Blob blob) {
    return Sha256.of(String.join("\0", blob.paths()).getBytes(StandardCharsets.UTF_8));
  }

  public Counts counts() {
    return new Counts(contents.get(), bytes.get(), looked.get(), lookedBytes.get());
  }
}
