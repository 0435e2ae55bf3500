package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.analysis.unpack.io.LimitException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// Runs of bytes with their addresses, as the text formats of microcontrollers give them. Records
/// that continue the last run are joined to it.
final class Segments {
  private static final int MOST_RUNS = 4096;
  private static final int MOST_BYTES = 64 << 20;

  private record Run(long address, ByteArrayOutputStream bytes) {
    long end() {
      return address + bytes.size();
    }
  }

  private final List<Run> runs = new ArrayList<>();
  private int total;

  void add(long address, byte[] bytes, int at, int length) throws CorruptException {
    if (length == 0) {
      return;
    }
    if (runs.isEmpty() || runs.getLast().end() != address) {
      runs.add(new Run(address, new ByteArrayOutputStream()));
    }
    total += length;
    if (runs.size() > MOST_RUNS || total > MOST_BYTES) {
      throw new CorruptException("too many or too long segments");
    }
    runs.getLast().bytes.write(bytes, at, length);
  }

  int count() {
    return runs.size();
  }

  long first() {
    return runs.isEmpty() ? 0 : runs.getFirst().address;
  }

  /// Each run by its address in eight hexadecimal digits.
  void give(Sink sink) throws LimitException {
    for (Run run : runs) {
      Body body = Body.of(HeapByteSource.of(run.bytes.toByteArray()));
      String name = "%08x.bin".formatted(run.address);
      if (runs.size() == 1) {
        sink.payload(name, body);
      } else {
        sink.part(name, body);
      }
    }
  }
}
