package io.firmament.analysis.unpack.formats.sevenzip;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// How packed streams become one content: coders, whose inputs are packed streams or the outputs of
/// other coders. Inputs are counted over all coders, and so are outputs, of which each has one.
///
/// @param bound for an input, the coder whose output it is
/// @param packed for an input, the number of the packed stream it is
/// @param sizes of the outputs
/// @param sum CRC-32 of the content, or -1
record Folder(
    List<Coder> coders,
    Map<Integer, Integer> bound,
    Map<Integer, Integer> packed,
    List<Long> sizes,
    long sum) {
  static final int MOST_CODERS = 32;

  /// A method with its settings.
  ///
  /// @param id as hexadecimal digits
  /// @param firstInput number of its first input
  record Coder(String id, int firstInput, int inputs, byte[] properties) {}

  private static final int COMPLEX = 0x10;
  private static final int ATTRIBUTES = 0x20;

  static Folder read(Fields in) throws IOException {
    int count = in.count();
    if (count == 0 || count > MOST_CODERS) {
      throw new CorruptException(count + " coders");
    }
    List<Coder> coders = new ArrayList<>();
    int inputs = 0;
    for (int i = 0; i < count; i++) {
      int flags = in.u8();
      String id = HexFormat.of().formatHex(in.bytes(flags & 15));
      boolean complex = (flags & COMPLEX) != 0;
      int own = complex ? in.count() : 1;
      if (own > MOST_CODERS || (complex && in.count() != 1)) {
        throw new UnsupportedException("coder %s with several outputs".formatted(id));
      }
      byte[] properties = (flags & ATTRIBUTES) != 0 ? in.bytes(in.length()) : new byte[0];
      coders.add(new Coder(id, inputs, own, properties));
      inputs += own;
    }
    Map<Integer, Integer> bound = new HashMap<>();
    for (int i = 0; i < count - 1; i++) {
      int input = in.count();
      bound.put(input, in.count());
    }
    Map<Integer, Integer> packed = new HashMap<>();
    int streams = inputs - (count - 1);
    if (streams == 1) {
      for (int input = 0; input < inputs; input++) {
        if (!bound.containsKey(input)) {
          packed.put(input, 0);
        }
      }
    } else {
      for (int i = 0; i < streams; i++) {
        packed.put(in.count(), i);
      }
    }
    return new Folder(coders, bound, packed, List.of(), -1);
  }

  Folder with(List<Long> outputs) {
    return new Folder(coders, bound, packed, List.copyOf(outputs), sum);
  }

  Folder with(long crc) {
    return new Folder(coders, bound, packed, sizes, crc);
  }

  int packedStreams() {
    return packed.size();
  }

  /// The coder whose output is the content.
  int last() throws CorruptException {
    for (int i = 0; i < coders.size(); i++) {
      if (!bound.containsValue(i)) {
        return i;
      }
    }
    throw new CorruptException("coders in a ring");
  }

  long size() throws CorruptException {
    return sizes.get(last());
  }
}
