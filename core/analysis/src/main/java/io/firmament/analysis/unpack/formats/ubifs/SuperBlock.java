package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The node at the start of the volume.
///
/// @param blockSize bytes of a logical erase block
/// @param blocks of the file system
/// @param logBlocks of the log, which begins at block 3
record SuperBlock(int flags, int minimalIo, int blockSize, long blocks, long logBlocks) {
  private static final int SIZE = 4096;
  private static final int ENCRYPTED = 0x10;
  private static final int AUTHENTICATED = 0x20;
  static final int FIRST_LOG_BLOCK = 3;

  static SuperBlock read(ByteSource source, long position) throws IOException {
    Node node = Node.read(source, position, SIZE, Node.SUPER);
    long blockSize = node.u32(36);
    long blocks = node.u32(40);
    long logBlocks = node.u32(56);
    if (blockSize < 4096
        || blockSize > 16 << 20
        || blockSize % 8 != 0
        || blocks < 8
        || logBlocks < 2
        || logBlocks > blocks) {
      throw new CorruptException("the super block makes no sense");
    }
    return new SuperBlock(
        (int) node.u32(28), (int) node.u32(32), (int) blockSize, blocks, logBlocks);
  }

  long size() {
    return blocks * blockSize;
  }

  boolean isEncrypted() {
    return (flags & ENCRYPTED) != 0;
  }

  boolean isAuthenticated() {
    return (flags & AUTHENTICATED) != 0;
  }
}
