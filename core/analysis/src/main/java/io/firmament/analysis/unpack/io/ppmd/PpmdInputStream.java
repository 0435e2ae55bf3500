package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;

/// A stream of PPMd (D. Shkarin, "PPM: one step to practicality", 2002). Its memory is what the
/// encoder had, and is taken at once.
public final class PpmdInputStream extends InputStream {
  private static final int LEAST_MEMORY = 1 << 11;
  private static final int LEAST_ORDER = 2;
  static final int MOST_ORDER = 64;

  private final Model model;
  private long left;

  private PpmdInputStream(Model model, long size) {
    this.model = model;
    this.left = size;
  }

  /// Variant H with the range coder of 7z.
  ///
  /// @param order of the model, 2 to 64
  /// @param memory of the model in bytes; the caller keeps it within its limits
  /// @param size of the decoded data
  public static PpmdInputStream ofSevenZip(InputStream in, int order, int memory, long size)
      throws IOException {
    check(order, memory);
    return new PpmdInputStream(new ModelH(new SevenZipDecoder(in), order, memory), size);
  }

  /// Variant I, revision 1, as ZIP has it.
  ///
  /// @param order of the model, 2 to 64
  /// @param memory of the model in bytes; the caller keeps it within its limits
  /// @param cuts off contexts where the memory is full, instead of beginning anew
  /// @param size of the decoded data
  public static PpmdInputStream ofZip(
      InputStream in, int order, int memory, boolean cuts, long size) throws IOException {
    check(order, memory);
    CarrylessDecoder decoder = new CarrylessDecoder(() -> byteOf(in));
    return new PpmdInputStream(new ModelI(decoder, order, memory, cuts), size);
  }

  private static void check(int order, int memory) throws CorruptException {
    if (order < LEAST_ORDER || order > MOST_ORDER || memory < LEAST_MEMORY) {
      throw new CorruptException("PPMd of order %d with %d bytes".formatted(order, memory));
    }
  }

  private static int byteOf(InputStream in) throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new TruncatedException("the compressed data is cut off");
    }
    return b;
  }

  @Override
  public int read() throws IOException {
    if (left == 0) {
      return -1;
    }
    int symbol;
    try {
      symbol = model.next();
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptException("a PPMd stream makes no sense");
    }
    left = symbol < 0 ? 0 : left - 1;
    return symbol;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int symbol = read();
      if (symbol < 0) {
        return count == 0 ? -1 : count;
      }
      into[offset + count++] = (byte) symbol;
    }
    return count;
  }
}
