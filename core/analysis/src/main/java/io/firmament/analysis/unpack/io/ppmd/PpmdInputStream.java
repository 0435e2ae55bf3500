package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;

/// A stream of PPMd variant H (D. Shkarin, "PPM: one step to practicality", 2002) with the range
/// coder of 7z. Its memory is what the encoder had, and is taken at once.
public final class PpmdInputStream extends InputStream {
  private static final int LEAST_MEMORY = 1 << 11;
  private static final int LEAST_ORDER = 2;
  static final int MOST_ORDER = 64;

  private final Model model;
  private long left;

  /// @param order of the model, 2 to 64
  /// @param memory of the model in bytes; the caller keeps it within its limits
  /// @param size of the decoded data
  public PpmdInputStream(InputStream in, int order, int memory, long size) throws IOException {
    if (order < LEAST_ORDER || order > MOST_ORDER || memory < LEAST_MEMORY) {
      throw new CorruptException("PPMd of order %d with %d bytes".formatted(order, memory));
    }
    this.model = new Model(new SevenZipDecoder(in), order, memory);
    this.left = size;
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
