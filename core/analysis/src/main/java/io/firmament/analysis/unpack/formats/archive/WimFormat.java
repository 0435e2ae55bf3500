package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Windows images: what their header says, and the description in XML. The end is that of the last
/// table that the header names.
public final class WimFormat implements Format {
  private static final int HEADER = 208;
  private static final int SOLID = 0xe00;
  private static final int XML = 72;
  private static final int[] RESOURCES = {48, XML, 96, 124};
  private static final long SIZE_MASK = (1L << 56) - 1;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "wim",
        "Windows image (WIM, ESD)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "MSWIM\0\0\0")),
        List.of(),
        List.of("the files in it are not read; its description is"),
        List.of("Microsoft, Windows Imaging File Format (WIM)"));
  }

  private record Header(
      long end, int flags, long images, int part, int parts, long xml, long size) {
    String compression() {
      return switch ((flags & 0x3f_0000) | (flags & 2)) {
        case 0 -> "none";
        case 0x2_0002 -> "XPRESS";
        case 0x4_0002 -> "LZX";
        case 0x8_0002 -> "LZMS";
        default -> "unknown";
      };
    }
  }

  private static Optional<Header> header(ByteSource image) {
    byte[] b = Binary.upTo(image, 0, HEADER);
    if (b.length < HEADER || Binary.u32le(b, 8) != HEADER) {
      return Optional.empty();
    }
    long version = Binary.u32le(b, 12);
    if (version != 0x10d00 && version != SOLID) {
      return Optional.empty();
    }
    long end = HEADER;
    for (int at : RESOURCES) {
      long size = Binary.i64le(b, at) & SIZE_MASK;
      long offset = Binary.i64le(b, at + 8);
      if (offset < 0 || offset > 1L << 48 || size > 1L << 48) {
        return Optional.empty();
      }
      end = size > 0 ? Math.max(end, offset + size) : end;
    }
    return Optional.of(
        new Header(
            end,
            (int) Binary.u32le(b, 16),
            Binary.u32le(b, 44),
            Binary.u16le(b, 40),
            Binary.u16le(b, 42),
            Binary.i64le(b, XML + 8),
            Binary.i64le(b, XML) & SIZE_MASK));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    return header(source.slice(start, source.size() - start))
        .filter(header -> header.part > 0 && header.part <= header.parts)
        .flatMap(
            header ->
                Chunk.sized(
                    source,
                    start,
                    header.end,
                    false,
                    Map.of(
                        "images", Long.toString(header.images),
                        "compression", header.compression(),
                        "part", header.part + " of " + header.parts)));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = header(content).orElseThrow();
    if (header.size > 0) {
      sink.leaf("images.xml", Body.range(content, header.xml, header.size));
    }
    sink.unsupported("wim: the files of %d images are not read".formatted(header.images));
    chunk.requireWhole();
  }
}
