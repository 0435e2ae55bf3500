package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// VirtualBox's disk, dynamic and static.
public final class VdiFormat implements Format {
  private static final int HEADER = 512;
  private static final long FREE = 0xfffffffeL;
  private static final long MOST_BLOCKS = 1L << 28;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "vdi",
        "VirtualBox disk image (VDI)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(64, "7f10dabe 01000100")),
        List.of(".vdi"),
        List.of("differences to another image are reported"),
        List.of("VirtualBox src/VBox/Storage/VDICore.h", "QEMU block/vdi.c"));
  }

  /// The fields of the header that matter.
  private record Header(
      long type, long map, long data, long size, long block, long extra, long blocks, long used) {
    static Header read(ByteSource image) throws IOException {
      byte[] b = Binary.bytes(image, 0, HEADER);
      Header header =
          new Header(
              Binary.u32le(b, 76),
              Binary.u32le(b, 340),
              Binary.u32le(b, 344),
              Binary.i64le(b, 368),
              Binary.u32le(b, 376),
              Binary.u32le(b, 380),
              Binary.u32le(b, 384),
              Binary.u32le(b, 388));
      boolean sound =
          header.type >= 1
              && header.type <= 4
              && header.block >= 512
              && header.block <= 1 << 28
              && header.extra <= 1 << 20
              && header.blocks <= MOST_BLOCKS
              && header.used <= header.blocks
              && header.size >= 0
              && header.size <= header.blocks * header.block
              && header.map >= 400
              && header.data >= header.map + header.blocks * 4;
      if (!sound) {
        throw new CorruptException("the header makes no sense");
      }
      return header;
    }

    long end() {
      return data + used * (block + extra);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource image = source.slice(start, source.size() - start);
      Header header = Header.read(image);
      boolean whole = header.end() <= image.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(header.end(), image.size()),
              whole ? Confidence.HIGH : Confidence.LOW,
              false,
              Map.of(
                  "size", Long.toString(header.size),
                  "type", header.type == 1 ? "dynamic" : header.type == 2 ? "static" : "difference",
                  "blockSize", Long.toString(header.block))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = Header.read(content);
    if (header.type > 2) {
      sink.unsupported("vdi: what is only in the image below it reads as zeros");
    }
    DiskMap map = DiskMap.plain(content);
    byte[] blocks = Binary.upTo(content, header.map, (int) header.blocks * 4);
    for (int i = 0; i < blocks.length / 4; i++) {
      long block = Binary.u32le(blocks, i * 4);
      long position = i * header.block;
      if (block < FREE && position < header.size) {
        long at = header.data + block * (header.block + header.extra) + header.extra;
        map.block(position, at, Math.min(header.block, header.size - position));
      }
    }
    map.give(content, header.size, sink);
    chunk.requireWhole();
  }
}
