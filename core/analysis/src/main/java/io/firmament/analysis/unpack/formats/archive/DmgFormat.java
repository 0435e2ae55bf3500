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
import io.firmament.analysis.unpack.io.XmlEvents;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLStreamReader;

/// Apple disk images (UDIF): a trailer names a property list, whose `blkx` tables say how each run
/// of sectors is stored.
public final class DmgFormat implements Format {
  private static final int TRAILER = 512;
  private static final int SECTOR = 512;
  private static final long MOST_LIST = 16 << 20;
  private static final int MOST_RUNS = 1 << 20;
  private static final int TABLE = 204;
  private static final int RUN = 40;
  private static final int COMMENT = 0x7ffffffe;
  private static final int END = 0xffffffff;
  private static final Magic MARK = Magic.text(-TRAILER, "koly");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "dmg",
        "Apple disk image (UDIF; zlib, bzip2, LZMA, ADC)",
        FormatCard.Kind.STREAM,
        List.of(MARK),
        List.of(".dmg"),
        List.of(
            "a whole blob only, since it is known by its end",
            "runs of LZFSE are reported, not read",
            "images in parts and checksums are not read"),
        List.of(
            "newosxbook.com: Demystifying the DMG File Format",
            "Apple Technical Note TN1150, for what is in it"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long at = source.size() - TRAILER;
    byte[] b = Binary.upTo(source, Math.max(at, 0), TRAILER);
    if (start != 0 || at < 0 || b.length < TRAILER || Binary.u32be(b, 8) != TRAILER) {
      return Optional.empty();
    }
    long list = Binary.i64be(b, 216);
    long length = Binary.i64be(b, 224);
    long data = Binary.i64be(b, 24) + Binary.i64be(b, 32);
    boolean sound =
        Binary.u32be(b, 4) == 4
            && list >= 0
            && length > 0
            && length <= MOST_LIST
            && list <= at - length
            && data >= 0
            && data <= at;
    return sound
        ? Optional.of(
            new Chunk(
                0,
                source.size(),
                Confidence.HIGH,
                false,
                Map.of("sectors", Long.toString(Binary.i64be(b, 492)))))
        : Optional.empty();
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    byte[] trailer = Binary.bytes(content, content.size() - TRAILER, TRAILER);
    byte[] list =
        Binary.bytes(content, Binary.i64be(trailer, 216), (int) Binary.i64be(trailer, 224));
    long fork = Binary.i64be(trailer, 24);
    List<DmgContent.Run> runs = new ArrayList<>();
    for (byte[] table : tables(list)) {
      runs(table, fork, runs);
    }
    if (runs.isEmpty()) {
      throw new CorruptException("a disk image without runs");
    }
    runs.sort(Comparator.comparingLong(DmgContent.Run::sector));
    sink.payload(
        "", Body.decoded(() -> new DmgContent(content, runs, sink.limits().codecMemory())));
  }

  /// The data of all entries under the key `blkx`.
  private static List<byte[]> tables(byte[] list) throws CorruptException {
    List<byte[]> tables = new ArrayList<>();
    XmlEvents.read(
        list,
        new XmlEvents.Listener() {
          private boolean blocks;
          private int depth;
          private int arrayAt;
          private String key = "";

          @Override
          public void start(XMLStreamReader element) {
            depth++;
            if (element.getLocalName().equals("array") && key.equals("blkx")) {
              blocks = true;
              arrayAt = depth;
            }
          }

          @Override
          public void end(String name, String text) throws CorruptException {
            if (name.equals("key")) {
              key = text;
            } else if (name.equals("data") && blocks && key.equals("Data")) {
              tables.add(decoded(text));
            } else if (name.equals("array") && depth == arrayAt) {
              blocks = false;
            }
            depth--;
          }
        });
    return tables;
  }

  private static byte[] decoded(String text) throws CorruptException {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new CorruptException("a table that is no Base64");
    }
  }

  private static void runs(byte[] table, long fork, List<DmgContent.Run> runs)
      throws CorruptException {
    if (table.length < TABLE || !Binary.text(table, 0, 4).equals("mish")) {
      throw new CorruptException("no table of runs");
    }
    long first = Binary.i64be(table, 8);
    long data = fork + Binary.i64be(table, 24);
    long count = Binary.u32be(table, 200);
    if (count > (table.length - TABLE) / RUN || runs.size() + count > MOST_RUNS) {
      throw new CorruptException("a table of %d runs".formatted(count));
    }
    for (int at = TABLE; at < TABLE + count * RUN; at += RUN) {
      int kind = (int) Binary.u32be(table, at);
      long sector = first + Binary.i64be(table, at + 8);
      long sectors = Binary.i64be(table, at + 16);
      long length = Binary.i64be(table, at + 32);
      if (kind == COMMENT || kind == END) {
        continue;
      }
      if (sector < 0 || sectors < 0 || sector > 1L << 38 || sectors > 1L << 38 || length < 0) {
        throw new CorruptException("a run that makes no sense");
      }
      runs.add(
          new DmgContent.Run(
              kind, sector, sectors * SECTOR, data + Binary.i64be(table, at + 24), length));
    }
  }
}
