package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The content of a file: its blocks, then its part of a fragment.
final class FileData extends InputStream {
  private static final int STORED = 1 << 24;
  private final Image image;
  private final Inode inode;
  private byte[] block = {};
  private int at;
  private int end;
  private int nextBlock;
  private long position;
  private long left;

  /// What the files of one image share.
  static final class Image {
    private final ByteSource source;
    private final SuperBlock superBlock;
    private final Metadata metadata;
    private final long memory;
    private long fragmentIndex = -1;
    private byte[] fragment = {};

    Image(ByteSource source, SuperBlock superBlock, Metadata metadata, long memory) {
      this.source = source;
      this.superBlock = superBlock;
      this.metadata = metadata;
      this.memory = memory;
    }

    private byte[] block(long position, int word) throws IOException {
      byte[] raw = Binary.bytes(source, position, word & (STORED - 1));
      if ((word & STORED) != 0) {
        return raw;
      }
      byte[] out = new byte[superBlock.blockSize()];
      int length = superBlock.codec().decode(raw, out, memory);
      return length == out.length ? out : Arrays.copyOf(out, length);
    }

    /// The last fragment is kept, because neighbours share it.
    private byte[] fragment(long index) throws IOException {
      if (index != fragmentIndex) {
        if (index >= superBlock.fragments()) {
          throw new CorruptException("no fragment " + index);
        }
        Metadata.Cursor entry = metadata.inTable(superBlock.fragmentTable(), index, 16);
        long start = entry.i64();
        fragment = block(start, (int) entry.u32());
        fragmentIndex = index;
      }
      return fragment;
    }
  }

  FileData(Image image, Inode inode) {
    this.image = image;
    this.inode = inode;
    this.position = inode.start();
    this.left = inode.size();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    if (at == end) {
      fill();
    }
    int n = (int) Math.min(Math.min(length, end - at), left);
    System.arraycopy(block, at, into, offset, n);
    at += n;
    left -= n;
    return n;
  }

  private void fill() throws IOException {
    int blockSize = image.superBlock.blockSize();
    int wanted = (int) Math.min(left, blockSize);
    if (nextBlock < inode.blocks().length) {
      int word = inode.blocks()[nextBlock++];
      block = word == 0 ? new byte[wanted] : image.block(position, word);
      position += word & (STORED - 1);
      at = 0;
    } else if (inode.hasFragment()) {
      block = image.fragment(inode.fragment());
      at = (int) Math.min(inode.offset(), block.length);
    } else {
      throw new CorruptException("the blocks of a file end too early");
    }
    if (block.length - at < wanted) {
      throw new CorruptException("a block is shorter than its file");
    }
    end = at + wanted;
  }
}
