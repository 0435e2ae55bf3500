package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Linksys' header of 32 bytes with the mark `U2ND` before a TRX image, whose end is its end.
public final class LinksysFormat extends PartedFormat {
  private static final int HEADER = 32;
  private final TrxFormat trx = new TrxFormat();

  @Override
  public FormatCard card() {
    return new FormatCard(
        "linksys-bin",
        "Linksys firmware header (U2ND)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(14, "U2ND")),
        List.of(),
        List.of(
            "only before a TRX image",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt firmware-utils, src/addpattern.c"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, HEADER);
    if (!Binary.text(head, 0, 4).matches("[A-Z0-9]{4}")
        || !Binary.matches(image, HEADER, Binary.ascii("HDR0"))) {
      return Optional.empty();
    }
    Optional<Chunk> inner = trx.probe(image, HEADER);
    return inner.map(
        chunk ->
            new Parsed(
                chunk.confidence() == Confidence.LOW ? image.size() + 1 : chunk.end(),
                chunk.confidence() == Confidence.HIGH ? Check.RIGHT : Check.NONE,
                Map.of(
                    "board",
                    Binary.text(head, 0, 4),
                    "date",
                    "20%02d-%02d-%02d".formatted(head[8], head[9], head[10]),
                    "version",
                    "%d.%d.%d".formatted(head[11], head[12], head[13])),
                List.of(new Part("firmware.trx", HEADER, chunk.length()))));
  }
}
