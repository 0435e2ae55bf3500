package io.firmament.analysis.unpack.formats.f2fs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Lz4Block;
import io.firmament.analysis.unpack.io.Lzo1xBlock;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/// The content of a file: in the inode, in blocks, or in compressed clusters of blocks.
final class FileData extends PieceInputStream {
  private static final byte[] END = {};
  private static final long PREALLOCATED = 0xffffffffL;
  private static final long COMPRESSED = 0xfffffffeL;
  private static final int CLUSTER_HEADER = 24;

  private final Nodes nodes;
  private final Inode inode;
  private final int blockSize;
  private long position;

  FileData(Nodes nodes, Inode inode, int blockSize) {
    this.nodes = nodes;
    this.inode = inode;
    this.blockSize = blockSize;
  }

  @Override
  protected byte[] next() throws IOException {
    long left = inode.size() - position;
    if (left <= 0) {
      return END;
    }
    byte[] piece;
    if (inode.hasInlineData()) {
      piece = inode.inline();
      if (left > piece.length) {
        throw new CorruptException("inline data of " + left + " bytes");
      }
    } else {
      piece = block(position / blockSize);
    }
    piece = left < piece.length ? Arrays.copyOf(piece, (int) left) : piece;
    position += piece.length;
    return piece;
  }

  private byte[] block(long index) throws IOException {
    long address = nodes.address(inode, index);
    if (address == COMPRESSED && inode.isCompressed()) {
      return cluster(index);
    }
    return address == 0 || address == PREALLOCATED ? new byte[blockSize] : nodes.block(address);
  }

  /// The first address marks a compressed cluster; its blocks are at the next ones, and begin with
  /// the length of the compressed data.
  private byte[] cluster(long index) throws IOException {
    int bits = inode.clusterBits();
    if (bits < 1 || bits > 8) {
      throw new CorruptException("clusters of 2^" + bits + " blocks");
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    for (int i = 1; i < 1 << bits; i++) {
      long address = nodes.address(inode, index + i);
      if (address == 0 || address == PREALLOCATED) {
        break;
      }
      packed.writeBytes(nodes.block(address));
    }
    byte[] in = packed.toByteArray();
    if (in.length < CLUSTER_HEADER || Binary.u32le(in, 0) > in.length - CLUSTER_HEADER) {
      throw new CorruptException("a cluster makes no sense");
    }
    int end = CLUSTER_HEADER + (int) Binary.u32le(in, 0);
    byte[] out = new byte[blockSize << bits];
    int done =
        switch (inode.algorithm()) {
          case 0 -> Lzo1xBlock.decode(in, CLUSTER_HEADER, end, out);
          case 1 -> Lz4Block.decode(in, CLUSTER_HEADER, end, out, 0);
          case 2 -> zstd(in, end, out);
          default -> throw new UnsupportedException("compression " + inode.algorithm());
        };
    if (done != out.length) {
      throw new CorruptException("a cluster decodes to %d bytes".formatted(done));
    }
    return out;
  }

  private static int zstd(byte[] in, int end, byte[] out) throws CorruptException {
    try {
      return (int)
          Zstd.decompressByteArray(out, 0, out.length, in, CLUSTER_HEADER, end - CLUSTER_HEADER);
    } catch (ZstdException e) {
      throw new CorruptException("a cluster of zstd does not decode");
    }
  }
}
