package io.firmament.analysis.unpack.formats.squashfs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The sizes of a file's blocks, which follow its inode; read as they are needed, once.
final class BlockSizes {
  /// The bit of a size that means "stored".
  static final int STORED = 1 << 24;

  private final Metadata.@Nullable Cursor in;
  private final boolean narrow;
  private long left;

  private BlockSizes(Metadata.@Nullable Cursor in, boolean narrow, long count) {
    this.in = in;
    this.narrow = narrow;
    this.left = count;
  }

  static BlockSizes none() {
    return new BlockSizes(null, false, 0);
  }

  static BlockSizes of(Metadata.Cursor in, long count) {
    return new BlockSizes(in, false, count);
  }

  /// Version 1: 16 bits, of which the highest means "stored", and 0 stands for 32 KiB.
  static BlockSizes narrow(Metadata.Cursor in, long count) {
    return new BlockSizes(in, true, count);
  }

  boolean hasNext() {
    return left > 0;
  }

  /// Bytes of the next block in the image, with [#STORED]; 0 is a hole.
  int next() throws IOException {
    if (in == null || left == 0) {
      throw new IllegalStateException("no further block");
    }
    left--;
    if (!narrow) {
      return (int) in.u32();
    }
    int word = in.u16();
    int length = (word & 0x7fff) == 0 ? 0x8000 : word & 0x7fff;
    return length | ((word & 0x8000) != 0 ? STORED : 0);
  }
}
