package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.List;

/// Motorola S-records with addresses of 16, 24 or 32 bits; every record has a checksum.
public final class SrecFormat extends RecordFormat {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "srec",
        "Motorola S-records",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "S0"), Magic.text(0, "S1"), Magic.text(0, "S2"), Magic.text(0, "S3")),
        List.of(".srec", ".s19", ".s28", ".s37", ".mot"),
        List.of(),
        List.of("srec(5)"));
  }

  @Override
  Reader reader(Segments segments) {
    return new Records(segments);
  }

  private static final class Records implements Reader {
    private final Segments segments;
    private int count;
    private boolean counted;

    Records(Segments segments) {
      this.segments = segments;
    }

    /// Type, count of the bytes that follow, address, data, complement of the sum.
    @Override
    public boolean take(String line) throws IOException {
      if (line.length() < 4 || line.charAt(0) != 'S') {
        throw new CorruptException("no record mark");
      }
      int type = line.charAt(1) - '0';
      byte[] record = hex(line, 2);
      if (record.length < 4 || record.length != (record[0] & 0xff) + 1 || sum(record) != 0xff) {
        throw new CorruptException("no record");
      }
      if (counted && type < 7) {
        throw new CorruptException("a record behind the count of all");
      }
      switch (type) {
        case 0 -> {}
        case 1, 2, 3 -> {
          count++;
          data(record, type + 1, segments);
        }
        case 5, 6 -> counted = number(record, type - 3) == count;
        case 7, 8, 9 -> {
          return true;
        }
        default -> throw new CorruptException("a record of type " + type);
      }
      return false;
    }

    /// A right count of all records may be the last one.
    @Override
    public boolean complete() {
      return counted;
    }
  }

  private static void data(byte[] record, int width, Segments segments) throws IOException {
    segments.add(number(record, width), record, 1 + width, record.length - width - 2);
  }

  private static long number(byte[] record, int width) throws IOException {
    if (record.length < width + 2) {
      throw new CorruptException("a record without its address");
    }
    long number = 0;
    for (int i = 1; i <= width; i++) {
      number = number << 8 | (record[i] & 0xff);
    }
    return number;
  }
}
