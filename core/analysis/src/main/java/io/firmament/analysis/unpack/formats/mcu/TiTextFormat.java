package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/// TI-TXT of the MSP430 tools: `@ADDRESS`, lines of bytes, `q`.
public final class TiTextFormat extends RecordFormat {
  @Override
  public FormatCard card() {
    return new FormatCard(
        "ti-txt",
        "TI-TXT",
        FormatCard.Kind.WRAPPER,
        Stream.of("0123456789ABCDEFabcdef".split(""))
            .map(digit -> Magic.text(0, "@" + digit))
            .toList(),
        List.of(),
        List.of("the format has no checksum"),
        List.of("Texas Instruments SLAU131, appendix TI-TXT", "srec_ti_txt(5)"));
  }

  @Override
  Reader reader(Segments segments) {
    return new Records(segments);
  }

  private static final class Records implements Reader {
    private final Segments segments;
    private long address = -1;

    Records(Segments segments) {
      this.segments = segments;
    }

    @Override
    public boolean take(String line) throws IOException {
      if (line.equals("q") && address >= 0) {
        return true;
      }
      if (line.startsWith("@") && line.length() >= 3 && line.length() <= 9) {
        byte[] digits =
            hex(
                line.length() % 2 == 0 ? "0" + line.substring(1) : line,
                line.length() % 2 == 0 ? 0 : 1);
        address = 0;
        for (byte b : digits) {
          address = address << 8 | (b & 0xff);
        }
        return false;
      }
      if (address < 0 || line.length() < 2 || line.length() % 3 != 2) {
        throw new CorruptException("no line of bytes");
      }
      byte[] bytes = hex(line.replace(" ", ""), 0);
      if (bytes.length != (line.length() + 1) / 3 || bytes.length > 16) {
        throw new CorruptException("no line of bytes");
      }
      segments.add(address, bytes, 0, bytes.length);
      address += bytes.length;
      return false;
    }
  }
}
