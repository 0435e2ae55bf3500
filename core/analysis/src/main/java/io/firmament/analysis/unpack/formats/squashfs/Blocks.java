package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The data blocks and fragments of one image.
///
/// Once it is certain how blocks are compressed, those that come next are decoded ahead on all
/// processors. Used by one thread; what it gives depends on the image alone.
final class Blocks implements AutoCloseable {
  private static final int FRAGMENTS_KEPT = 8;
  private static final int AHEAD = 3;

  private final ByteSource source;
  private final SuperBlock superBlock;
  private final Metadata metadata;
  private final Decoder decoder;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final Map<Long, Block> fragments =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
          return size() > FRAGMENTS_KEPT;
        }
      };
  private @Nullable ExecutorService pool;

  Blocks(ByteSource source, SuperBlock superBlock, Metadata metadata, Decoder decoder) {
    this.source = source;
    this.superBlock = superBlock;
    this.metadata = metadata;
    this.decoder = decoder;
  }

  int blockSize() {
    return superBlock.blockSize();
  }

  /// How many blocks of a file are worth asking for ahead; at least the one that is needed.
  int ahead() {
    return decoder.isCertain() ? AHEAD * processors : 1;
  }

  /// A block that may be being decoded.
  ///
  /// @param running null where it is decoded when it is asked for
  record Block(@Nullable Future<byte[]> running, Content content) {
    byte[] bytes() throws IOException {
      if (running != null) {
        try {
          return running.get();
        } catch (ExecutionException e) {
          // It is decoded again, for the error to be the same with any number of processors.
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while a block was decoded", e);
        }
      }
      return content.bytes();
    }
  }

  /// Gives the bytes of a block.
  @FunctionalInterface
  interface Content {
    byte[] bytes() throws IOException;
  }

  /// @param word bytes of the block in the image, with [BlockSizes#STORED]
  /// @param expected bytes that it must have, or -1 for a fragment
  Block start(long position, int word, int expected) {
    Content content = () -> block(position, word, expected);
    boolean compressed = (word & BlockSizes.STORED) == 0;
    return new Block(
        compressed && decoder.isCertain() ? pool().submit(content::bytes) : null, content);
  }

  /// One array of zeros.
  static Block hole(int length) {
    Supplier<byte[]> zeros = () -> new byte[length];
    return new Block(null, zeros::get);
  }

  private byte[] block(long position, int word, int expected) throws IOException {
    int size = word & (BlockSizes.STORED - 1);
    if (size > 2 * superBlock.blockSize()) {
      throw new CorruptException("a block of " + size + " bytes");
    }
    byte[] raw = Binary.bytes(source, position, size);
    if ((word & BlockSizes.STORED) != 0) {
      return raw;
    }
    byte[] out = new byte[superBlock.blockSize()];
    int length = decoder.decode(raw, out, expected);
    return length == out.length ? out : Arrays.copyOf(out, length);
  }

  /// Neighbours share a fragment, and the next is needed soon after.
  byte[] fragment(long index) throws IOException {
    Block block = fragments.get(index);
    if (block == null) {
      block = startFragment(index);
    }
    for (long next = index + 1; next < index + ahead() && next < superBlock.fragments(); next++) {
      if (!fragments.containsKey(next) && next - index < FRAGMENTS_KEPT) {
        try {
          fragments.put(next, startFragment(next));
        } catch (IOException e) {
          break;
        }
      }
    }
    byte[] bytes = block.bytes();
    fragments.put(index, new Block(null, () -> bytes));
    return bytes;
  }

  private Block startFragment(long index) throws IOException {
    if (index >= superBlock.fragments()) {
      throw new CorruptException("no fragment " + index);
    }
    boolean wide = superBlock.major() > 2;
    Metadata.Cursor entry = metadata.inTable(superBlock.fragmentTable(), index, wide ? 16 : 8);
    long start = wide ? entry.i64() : entry.u32();
    return start(start, (int) entry.u32(), -1);
  }

  private ExecutorService pool() {
    ExecutorService known = pool;
    if (known == null) {
      known = Executors.newFixedThreadPool(processors, Thread.ofPlatform().daemon().factory());
      pool = known;
    }
    return known;
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
      pool.close();
    }
  }
}
