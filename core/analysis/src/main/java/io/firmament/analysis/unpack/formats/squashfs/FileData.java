package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/// The content of a file: its blocks, then its part of a fragment.
final class FileData extends PieceInputStream {
  private static final byte[] END = {};

  private final Blocks image;
  private final Inode inode;
  private final Deque<Blocks.Block> started = new ArrayDeque<>();
  private long position;
  private long left;
  private long unstarted;

  FileData(Blocks image, Inode inode) {
    this.image = image;
    this.inode = inode;
    this.position = inode.start();
    this.left = inode.size();
    this.unstarted = inode.size();
  }

  @Override
  protected byte[] next() throws IOException {
    if (left == 0) {
      return END;
    }
    int wanted = (int) Math.min(left, image.blockSize());
    byte[] piece = !started.isEmpty() || inode.blocks().hasNext() ? block() : fragment(wanted);
    if (piece.length < wanted) {
      throw new CorruptException("a block is shorter than its file");
    }
    left -= wanted;
    return piece.length == wanted ? piece : Arrays.copyOf(piece, wanted);
  }

  private byte[] block() throws IOException {
    while (started.isEmpty() || (started.size() < image.ahead() && inode.blocks().hasNext())) {
      int expected = (int) Math.min(unstarted, image.blockSize());
      int word = inode.blocks().next();
      started.addLast(word == 0 ? Blocks.hole(expected) : image.start(position, word, expected));
      position += word & (BlockSizes.STORED - 1);
      unstarted -= expected;
    }
    return started.removeFirst().bytes();
  }

  private byte[] fragment(int wanted) throws IOException {
    if (!inode.hasFragment()) {
      throw new CorruptException("the blocks of a file end too early");
    }
    byte[] fragment = image.fragment(inode.fragment());
    int at = (int) Math.min(inode.offset(), fragment.length);
    return Arrays.copyOfRange(fragment, at, Math.min(fragment.length, at + wanted));
  }
}
