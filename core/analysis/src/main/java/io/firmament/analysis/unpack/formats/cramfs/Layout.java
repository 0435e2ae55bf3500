package io.firmament.analysis.unpack.formats.cramfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// Finds what the super block does not say: the size of blocks, which is the page size of the
/// machine that the image is for, and in the first version where the image ends.
final class Layout {
  static final int PAGE = 4096;
  private static final int[] BLOCK_SIZES = {PAGE, 8192, 16384, 32768, 65536, 2048, 1024, 512};
  private static final int MOST_ENTRIES = 1_000_000;

  private final ByteSource source;
  private final SuperBlock superBlock;
  private final Deque<Inode> pending = new ArrayDeque<>();
  private int entries;
  private int blockSize;
  private long end = SuperBlock.SIZE + Inode.SIZE;

  private Layout(ByteSource source, SuperBlock superBlock) {
    this.source = source;
    this.superBlock = superBlock;
  }

  static Layout of(ByteSource source, SuperBlock superBlock) throws IOException {
    Layout layout = new Layout(source, superBlock);
    layout.survey();
    return layout;
  }

  int blockSize() {
    return blockSize == 0 ? PAGE : blockSize;
  }

  /// One past the last byte that an entry uses, padded to a page.
  long end() {
    return (end + PAGE - 1) / PAGE * PAGE;
  }

  private void survey() throws IOException {
    Image image = new Image(source, superBlock, PAGE);
    Set<Long> seen = new HashSet<>();
    pending.add(image.root());
    while (!pending.isEmpty() && (blockSize == 0 || !superBlock.isSecondVersion())) {
      Inode directory = pending.removeLast();
      if (seen.add(image.number(directory))) {
        end = Math.max(end, directory.offset() + directory.size());
        image.list(directory, (name, inode) -> look(inode.find()));
      }
    }
  }

  private void look(Inode inode) throws IOException {
    if (++entries > MOST_ENTRIES) {
      throw new CorruptException("more than " + MOST_ENTRIES + " entries");
    }
    if (inode.type() == EntryType.DIRECTORY) {
      pending.addLast(inode);
    } else if (inode.type() == EntryType.FILE && inode.size() > 0) {
      if (blockSize == 0) {
        blockSize = guess(inode);
      }
      end = Math.max(end, FileData.end(source, superBlock, inode, blockSize()));
    }
  }

  /// The size with which the first block of a file of more than one decodes to just that size; 0
  /// where the file does not show it.
  private int guess(Inode inode) throws IOException {
    for (int size : BLOCK_SIZES) {
      long blocks = (inode.size() + size - 1) / size;
      long start = inode.offset() + 4 * blocks;
      byte[] pointer = Binary.bytes(source, inode.offset(), 4);
      int first = ByteBuffer.wrap(pointer).order(superBlock.order()).getInt();
      long length = Integer.toUnsignedLong(first) - start;
      if (blocks < 2 || length <= 0 || length > 2L * size) {
        continue;
      }
      byte[] out = new byte[size + 1];
      if (FileData.inflate(Binary.bytes(source, start, (int) length), out) == size) {
        return size;
      }
    }
    return 0;
  }
}
