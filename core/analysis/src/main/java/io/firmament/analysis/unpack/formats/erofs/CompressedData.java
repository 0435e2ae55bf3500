package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;

/// The content of a compressed file, run by run.
final class CompressedData extends PieceInputStream {
  private static final byte[] END = {};

  /// Runs of up to 1 MiB are usual, of up to 12 MiB possible.
  private static final int MOST = 16 << 20;

  private final Image image;
  private final CompressedExtents extents;

  CompressedData(Image image, CompressedExtents extents) {
    this.image = image;
    this.extents = extents;
  }

  @Override
  protected byte[] next() throws IOException {
    Extent extent = extents.next();
    return extent == null ? END : decode(image, extent);
  }

  /// The bytes of a run.
  static byte[] decode(Image image, Extent extent) throws IOException {
    if (extent.length() > MOST || extent.stored() > MOST) {
      throw new CorruptException("a run of " + extent.length() + " bytes");
    }
    int length = (int) extent.length();
    if (extent.kind() == Extent.Kind.PACKED) {
      return image.packed().read(extent.position(), length);
    }
    byte[] stored = Binary.bytes(image.source(), extent.position(), (int) extent.stored());
    byte[] out = new byte[length];
    switch (extent.kind()) {
      case COMPRESSED -> Codec.decode(extent.algorithm(), stored, margin(image, stored), out);
      case TURNED -> turn(stored, (int) extent.start() & (image.block().blockSize() - 1), out);
      default -> copy(stored, 0, out, 0, length);
    }
    return out;
  }

  /// Where the padding is at the front, it is zeros.
  private static int margin(Image image, byte[] stored) {
    int at = 0;
    if (image.block().has(SuperBlock.ZERO_PADDING)) {
      while (at < stored.length && stored[at] == 0) {
        at++;
      }
    }
    return at;
  }

  private static void turn(byte[] stored, int offset, byte[] out) throws CorruptException {
    int right = Math.min(out.length, stored.length - Math.min(offset, stored.length));
    copy(stored, offset, out, 0, right);
    copy(stored, 0, out, right, out.length - right);
  }

  private static void copy(byte[] from, int at, byte[] to, int toAt, int count)
      throws CorruptException {
    if (count < 0 || count > from.length - at) {
      throw new CorruptException("a run is shorter than its part of the file");
    }
    System.arraycopy(from, at, to, toAt, count);
  }
}
