package io.firmament.analysis.unpack.io.ppmd;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// PPMd variant H with the range coder of RAR: the model may live on over several streams.
public final class RarPpmd {
  private @Nullable Model model;

  /// Gives the bytes of a stream.
  @FunctionalInterface
  public interface Bytes {
    int next() throws IOException;
  }

  /// Starts a stream; with a new model of so many bytes of memory, or with the old one where
  /// `memory` is 0.
  public void start(Bytes in, int order, int memory) throws IOException {
    CarrylessDecoder decoder = new CarrylessDecoder(in);
    if (memory > 0) {
      if (order < 2) {
        throw new CorruptException("PPMd of order %d".formatted(order));
      }
      model = new ModelH(decoder, order, memory);
    } else if (model != null) {
      model.goOn(decoder);
    } else {
      throw new CorruptException("a PPMd model that was never made");
    }
  }

  /// The next symbol.
  public int next() throws IOException {
    if (model == null) {
      throw new CorruptException("a PPMd model that was never made");
    }
    try {
      int symbol = model.next();
      if (symbol >= 0) {
        return symbol;
      }
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptException("a PPMd stream makes no sense");
    }
    throw new CorruptException("a PPMd stream that ends in the middle");
  }
}
