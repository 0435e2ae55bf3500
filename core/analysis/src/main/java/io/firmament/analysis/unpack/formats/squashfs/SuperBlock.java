package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;

/// The 96 bytes at the start.
record SuperBlock(
    long inodes,
    long time,
    int blockSize,
    long fragments,
    Codec codec,
    int ids,
    int minor,
    long rootInode,
    long bytesUsed,
    long idTable,
    long xattrTable,
    long inodeTable,
    long directoryTable,
    long fragmentTable) {
  static SuperBlock read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start, 96);
    int major = Binary.u16le(b, 28);
    if (major != 4) {
      throw new UnsupportedException("squashfs version " + major);
    }
    long blockSize = Binary.u32le(b, 12);
    int log = Binary.u16le(b, 22);
    if (log < 12 || log > 20 || blockSize != 1L << log) {
      throw new CorruptException("a block size of " + blockSize);
    }
    int compression = Binary.u16le(b, 20);
    return new SuperBlock(
        Binary.u32le(b, 4),
        Binary.u32le(b, 8),
        (int) blockSize,
        Binary.u32le(b, 16),
        Codec.of(compression)
            .orElseThrow(() -> new UnsupportedException("squashfs compression " + compression)),
        Binary.u16le(b, 26),
        Binary.u16le(b, 30),
        Binary.i64le(b, 32),
        Binary.i64le(b, 40),
        Binary.i64le(b, 48),
        Binary.i64le(b, 56),
        Binary.i64le(b, 64),
        Binary.i64le(b, 72),
        Binary.i64le(b, 80));
  }
}
