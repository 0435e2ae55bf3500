package io.firmament.analysis.unpack.formats.btrfs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// The content of a file; what no extent has is zeros.
final class Content extends PieceInputStream {
  private static final int PIECE = 1 << 16;
  private static final long MOST_STORED = 1 << 20;

  private final Device device;
  private final List<Extent> extents;
  private final long size;
  private long position;
  private int next;

  /// @param extents in order of their position
  Content(Device device, List<Extent> extents, long size) {
    this.device = device;
    this.extents = extents;
    this.size = size;
  }

  @Override
  protected byte[] next() throws IOException {
    while (next < extents.size() && end(extents.get(next)) <= position) {
      next++;
    }
    long left = size - position;
    if (left <= 0) {
      return new byte[0];
    }
    byte[] piece;
    if (next == extents.size()) {
      piece = new byte[(int) Math.min(left, PIECE)];
    } else if (extents.get(next).position() > position) {
      long hole = Math.min(left, extents.get(next).position() - position);
      piece = new byte[(int) Math.min(hole, PIECE)];
    } else {
      piece = piece(extents.get(next), left);
    }
    position += piece.length;
    return piece;
  }

  private static long end(Extent extent) {
    return extent.position() + extent.length();
  }

  private byte[] piece(Extent extent, long left) throws IOException {
    long within = position - extent.position();
    long count = Math.min(left, extent.length() - within);
    if (extent.inline().length == 0 && extent.address() == 0) {
      return new byte[(int) Math.min(count, PIECE)];
    }
    if (extent.compression() == 0) {
      int n = (int) Math.min(count, PIECE);
      if (extent.inline().length > 0) {
        return Arrays.copyOfRange(extent.inline(), (int) within, (int) within + n);
      }
      long address = extent.address() + extent.from() + within;
      return Binary.bytes(device.source(), device.position(address, n), n);
    }
    byte[] decoded =
        Codec.decode(extent.compression(), stored(extent), extent.decoded(), device.sector());
    long from = extent.from() + within;
    if (from < 0 || from >= decoded.length) {
      throw new CorruptException("an extent that is too short");
    }
    int n = (int) Math.min(count, decoded.length - from);
    return Arrays.copyOfRange(decoded, (int) from, (int) from + n);
  }

  private byte[] stored(Extent extent) throws IOException {
    if (extent.inline().length > 0) {
      return extent.inline();
    }
    if (extent.stored() < 0 || extent.stored() > MOST_STORED) {
      throw new CorruptException("a compressed extent of %d bytes".formatted(extent.stored()));
    }
    long position = device.position(extent.address(), extent.stored());
    return Binary.bytes(device.source(), position, (int) extent.stored());
  }
}
