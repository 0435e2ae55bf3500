package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Windows images: the files of each image, or of one in several parts the description in XML. The
/// end is that of the last table that the header names.
public final class WimFormat implements Format {
  private static final int HEADER = 208;
  private static final int VERSION = 0x10d00;
  private static final int SOLID = 0xe00;
  private static final int XML = 72;
  private static final int TABLE = 48;
  private static final int[] RESOURCES = {TABLE, XML, 96, 124};
  private static final long SIZE_MASK = (1L << 56) - 1;
  private static final int LARGEST_METADATA = 256 << 20;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "wim",
        "Windows image (WIM, ESD; XPRESS, LZX, LZMS)",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "MSWIM\0\0\0")),
        List.of(),
        List.of(
            "of images in several parts the description is read alone",
            "chunks of LZX are read up to 32 KiB",
            "encrypted images (ESD of Windows Update) are not read",
            "owners and rights are not read; streams beside a file's content are left out"),
        List.of(
            "Microsoft, Windows Imaging File Format (WIM)",
            "[MS-XCA] section 2.2",
            "wimlib, description of LZMS in its documentation of the decompressor"));
  }

  private record Header(long end, int flags, int chunk, long images, int part, int parts) {
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
    if (version != VERSION && version != SOLID) {
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
            (int) Binary.u32le(b, 20),
            Binary.u32le(b, 44),
            Binary.u16le(b, 40),
            Binary.u16le(b, 42)));
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
    byte[] head = Binary.bytes(content, 0, HEADER);
    if (header.parts == 1) {
      images(content, header, WimResources.Resource.of(head, TABLE), sink);
    } else {
      WimResources.Resource xml = WimResources.Resource.of(head, XML);
      if (xml.stored() > 0) {
        sink.leaf("images.xml", Body.range(content, xml.offset(), xml.stored()));
      }
      sink.unsupported("wim: one of %d parts is not read alone".formatted(header.parts));
    }
    chunk.requireWhole();
  }

  private static void images(
      ByteSource content, Header header, WimResources.Resource table, Sink sink)
      throws IOException {
    WimCodec.Decoders decoders = new WimCodec.Decoders(sink.limits(), content.size());
    WimResources resources =
        new WimResources(content, decoders, header.compression(), header.chunk);
    resources.read(table);
    List<WimResources.Resource> images = resources.metadata();
    for (int i = 0; i < images.size(); i++) {
      String prefix = images.size() == 1 ? "" : "image" + (i + 1) + "/";
      new WimTree(metadata(resources, images.get(i)), resources, prefix, sink).give();
    }
  }

  private static byte[] metadata(WimResources resources, WimResources.Resource resource)
      throws IOException {
    if (resource.size() > LARGEST_METADATA) {
      throw new CorruptException("metadata of %d bytes".formatted(resource.size()));
    }
    try (InputStream in = resources.open(resource)) {
      return in.readAllBytes();
    }
  }
}
