package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.android.Manifest.Extent;
import io.firmament.analysis.unpack.formats.android.Manifest.Operation;
import io.firmament.analysis.unpack.formats.android.Manifest.Partition;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.ZeroInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// A partition as the operations write it, from its first block to its last. Blocks that no
/// operation writes read as zeros.
final class PartitionStream extends InputStream {
  private static final int REPLACE = 0;
  private static final int REPLACE_BZ = 1;
  private static final int ZERO = 6;
  private static final int DISCARD = 7;
  private static final int REPLACE_XZ = 8;

  /// A run of bytes of the partition, and where it is in what the operation gives.
  private record Piece(long start, long length, Operation operation, long skip) {}

  private final ByteSource blobs;
  private final long size;
  private final long memory;
  private final List<Piece> pieces = new ArrayList<>();
  private final MessageDigest digest;
  private InputStream now = InputStream.nullInputStream();
  private int next;
  private long at;
  private long left;

  /// Refuses operations that need the old partition.
  PartitionStream(Partition partition, int blockSize, ByteSource blobs, long memory)
      throws IOException {
    this.blobs = blobs;
    this.size = partition.size();
    this.memory = memory;
    for (Operation operation : partition.operations()) {
      switch (operation.type()) {
        case REPLACE, REPLACE_BZ, ZERO, DISCARD, REPLACE_XZ -> {}
        default ->
            throw new UnsupportedException("operation " + operation.type() + " needs the old one");
      }
      long skip = 0;
      for (Extent extent : operation.extents()) {
        long length = extent.count() * blockSize;
        pieces.add(new Piece(extent.start() * blockSize, length, operation, skip));
        skip += length;
      }
    }
    pieces.sort(Comparator.comparingLong(Piece::start));
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// To be asked when all was read.
  boolean digestIs(String hex) {
    return HexFormat.of().formatHex(digest.digest()).equals(hex);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (left == 0) {
      if (at >= size) {
        return -1;
      }
      begin();
    }
    int n = now.read(into, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new TruncatedException("an operation gives too little at offset " + at);
    }
    digest.update(into, offset, n);
    at += n;
    left -= n;
    return n;
  }

  /// The next piece, or the zeros before it.
  private void begin() throws IOException {
    now.close();
    long until = next < pieces.size() ? Math.min(pieces.get(next).start, size) : size;
    if (until > at) {
      now = new ZeroInputStream(until - at);
      left = until - at;
      return;
    }
    Piece piece = pieces.get(next++);
    if (piece.start < at) {
      throw new CorruptException("a block is written twice");
    }
    now = open(piece.operation);
    now.skipNBytes(piece.skip);
    left = Math.min(piece.length, size - at);
  }

  private InputStream open(Operation operation) throws IOException {
    InputStream raw = new SourceInputStream(blobs.slice(operation.offset(), operation.length()), 0);
    return switch (operation.type()) {
      case REPLACE_BZ -> new BZip2CompressorInputStream(raw);
      case REPLACE_XZ -> new XZInputStream(raw, (int) Math.min(memory >> 10, Integer.MAX_VALUE));
      case ZERO, DISCARD -> new ZeroInputStream(Long.MAX_VALUE);
      default -> raw;
    };
  }
}
