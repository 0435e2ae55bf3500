package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// JFFS2 of both byte orders: a log of nodes, each with checksums, without any header.
public final class Jffs2Format implements Format {
  static final String ID = "jffs2";

  /// Types of the node that an image may begin with.
  private static final int[] FIRST = {0xe001, 0xe002, 0xc001, 0xc002, 0x2003, 0x2004, 0x2006};

  @Override
  public FormatCard card() {
    List<Magic> magics = new ArrayList<>();
    HexFormat hex = HexFormat.of();
    for (int type : FIRST) {
      byte[] big = {0x19, (byte) 0x85, (byte) (type >> 8), (byte) type};
      byte[] little = {(byte) 0x85, 0x19, (byte) type, (byte) (type >> 8)};
      magics.add(Magic.hex(0, hex.formatHex(little)));
      magics.add(Magic.hex(0, hex.formatHex(big)));
    }
    magics.add(Magic.hex(0, "8419"));
    magics.add(Magic.hex(0, "1984"));
    return new FormatCard(
        ID,
        "JFFS2 file system (both byte orders; zlib, rtime, lzo, lzma)",
        FormatCard.Kind.TREE,
        magics,
        List.of(),
        List.of(
            "rubinmips and dynrubin, which nothing writes any more, are reported",
            "dumps with the spare bytes of NAND between the pages are not read"),
        List.of(
            "Linux include/uapi/linux/jffs2.h",
            "D. Woodhouse, JFFS: The Journalling Flash File System"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteOrder order = order(source, start);
      byte[] first = Binary.upTo(source, start, Node.HEADER);
      // Without a node to begin with, a long look for the next would be made at every chance hit.
      if (first.length < Node.HEADER || Node.read(first, 0, order, start).isEmpty()) {
        return Optional.empty();
      }
      Scan.Found found = new Scan(source, order).from(start, node -> {});
      if (found.entries() == 0 && found.nodes() < 2) {
        return Optional.empty();
      }
      return Optional.of(
          new Chunk(
              start,
              found.end(),
              found.cut() ? Confidence.MEDIUM : Confidence.HIGH,
              false,
              Map.of(
                  "byteOrder",
                  order == ByteOrder.BIG_ENDIAN ? "big" : "little",
                  "nodes",
                  Long.toString(found.nodes()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static ByteOrder order(ByteSource source, long start) throws IOException {
    return Binary.u8(source, start) == 0x19 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Volume volume = new Volume(content, order(content, 0), sink);
    Scan.Found found = volume.scan();
    volume.give();
    if (found.damaged() > 0) {
      sink.corrupt("jffs2: %d bytes between nodes are no nodes".formatted(found.damaged()));
    }
    if (found.cut()) {
      throw new TruncatedException("the last node is cut off");
    }
  }
}
