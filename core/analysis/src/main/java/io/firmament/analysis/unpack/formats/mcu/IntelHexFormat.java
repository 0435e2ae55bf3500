package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.List;

/// Intel HEX with its linear and segmented addresses; every record has a checksum.
public final class IntelHexFormat extends RecordFormat {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "intel-hex",
        "Intel HEX",
        FormatCard.Kind.WRAPPER,
        List.of(
            Magic.text(0, ":0200000"),
            Magic.text(0, ":10"),
            Magic.text(0, ":20"),
            Magic.text(0, ":03"),
            Magic.text(0, ":04")),
        List.of(".hex", ".ihex"),
        List.of("records after the end record are another file"),
        List.of("Intel Hexadecimal Object File Format Specification, revision A"));
  }

  @Override
  Reader reader(Segments segments) {
    return new Records(segments);
  }

  private static final class Records implements Reader {
    private final Segments segments;
    private long base;

    Records(Segments segments) {
      this.segments = segments;
    }

    /// Length, address of 16 bits, type, data, and the byte that makes the sum 0.
    @Override
    public boolean take(String line) throws IOException {
      if (line.isEmpty() || line.charAt(0) != ':') {
        throw new CorruptException("no record mark");
      }
      byte[] record = hex(line, 1);
      if (record.length < 5 || record.length != (record[0] & 0xff) + 5 || sum(record) != 0) {
        throw new CorruptException("no record");
      }
      int length = record[0] & 0xff;
      switch (record[3]) {
        case 0 -> segments.add(base + Binary.u16be(record, 1), record, 4, length);
        case 1 -> {
          return true;
        }
        case 2, 4 -> {
          if (length != 2) {
            throw new CorruptException("an address of " + length + " bytes");
          }
          base = (long) Binary.u16be(record, 4) << (record[3] == 2 ? 4 : 16);
        }
        case 3, 5 -> {}
        default -> throw new CorruptException("a record of type " + record[3]);
      }
      return false;
    }
  }
}
