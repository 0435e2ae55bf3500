package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LongArray;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// VMware's sparse disk in one file, with tables or as a compressed stream.
public final class VmdkFormat implements Format {
  private static final int SECTOR = 512;
  private static final int COMPRESSED = 1 << 16;
  private static final int MARKERS = 1 << 17;
  private static final int MOST_DESCRIPTOR = 1 << 20;
  private static final Pattern FACT =
      Pattern.compile("(?m)^(createType|parentCID|parentFileNameHint)\\s*=\\s*\"?([^\"\\r\\n]*)");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "vmdk",
        "VMware disk image (VMDK; sparse and stream-optimized)",
        FormatCard.Kind.WRAPPER,
        List.of(
            Magic.hex(0, "4b444d56 01000000"),
            Magic.hex(0, "4b444d56 02000000"),
            Magic.hex(0, "4b444d56 03000000")),
        List.of(".vmdk"),
        List.of(
            "of disks in several files each extent is read by itself",
            "differences to another image are reported"),
        List.of("VMware Virtual Disk Format 5.0"));
  }

  /// The fields of the header that matter, in sectors.
  private record Header(
      long flags,
      long capacity,
      long grain,
      long descriptor,
      long descriptorLength,
      long perTable,
      long directory,
      long overhead,
      int compression) {
    static Header read(ByteSource image) throws IOException {
      byte[] b = Binary.bytes(image, 0, SECTOR);
      Header header =
          new Header(
              Binary.u32le(b, 8),
              Binary.i64le(b, 12),
              Binary.i64le(b, 20),
              Binary.i64le(b, 28),
              Binary.i64le(b, 36),
              Binary.u32le(b, 44),
              Binary.i64le(b, 56),
              Binary.i64le(b, 64),
              Binary.u16le(b, 77));
      boolean sound =
          header.grain >= 8
              && header.grain <= 1 << 14
              && Long.bitCount(header.grain) == 1
              && header.capacity >= 0
              && header.capacity <= 1L << 41
              && header.descriptor >= 0
              && header.descriptor <= 1L << 41
              && header.descriptorLength >= 0
              && header.descriptorLength <= 1 << 20
              && header.perTable > 0
              && header.perTable <= 4096
              && header.overhead > 0
              && header.overhead <= 1L << 32
              && b[73] == '\n'
              && b[74] == ' '
              && b[75] == '\r'
              && b[76] == '\n';
      if (!sound) {
        throw new CorruptException("the header makes no sense");
      }
      return header;
    }

    boolean isStream() {
      return (flags & MARKERS) != 0 && (flags & COMPRESSED) != 0;
    }

    long size() {
      return capacity * SECTOR;
    }

    /// Facts of the descriptor, a text.
    Map<String, String> facts(ByteSource image) {
      long length = Math.min(descriptorLength * SECTOR, MOST_DESCRIPTOR);
      byte[] b = Binary.upTo(image, descriptor * SECTOR, descriptor == 0 ? 0 : (int) length);
      Map<String, String> facts = new HashMap<>();
      Matcher matcher = FACT.matcher(Binary.text(b, 0, b.length));
      while (matcher.find()) {
        facts.putIfAbsent(matcher.group(1), matcher.group(2));
      }
      return facts;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource image = source.slice(start, source.size() - start);
      Header header = Header.read(image);
      long end = header.isStream() ? new Stream(image, header).end : new Grains(image, header).end;
      Map<String, String> meta = header.facts(image);
      meta.put("size", Long.toString(header.size()));
      boolean whole = end <= image.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(end, image.size()),
              whole ? Confidence.HIGH : Confidence.LOW,
              false,
              meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Header header = Header.read(content);
    String parent = header.facts(content).getOrDefault("parentCID", "ffffffff");
    if (!parent.equalsIgnoreCase("ffffffff")) {
      sink.unsupported("vmdk: what is only in the image below it reads as zeros");
    }
    if (header.isStream()) {
      Stream stream = new Stream(content, header);
      DiskMap map = DiskMap.decoded(sink);
      long grain = header.grain * SECTOR;
      for (long position : stream.positions) {
        long at = position * SECTOR;
        if (at < header.size()) {
          map.block(at, map.mapped(), grain);
        }
      }
      map.give(() -> new Inflated(content, stream, header), header.size(), sink);
    } else {
      if ((header.flags & COMPRESSED) != 0) {
        throw new UnsupportedException("compressed grains without markers");
      }
      Grains grains = new Grains(content, header);
      DiskMap map = DiskMap.plain(content);
      long grain = header.grain * SECTOR;
      for (int i = 0; i < grains.positions.length; i++) {
        long position = grains.positions[i] * grain;
        if (position < header.size()) {
          map.block(
              position, grains.sectors[i] * SECTOR, Math.min(grain, header.size() - position));
        }
      }
      map.give(content, header.size(), sink);
    }
    chunk.requireWhole();
  }

  /// A directory of tables of grains; sector 0 is a hole, and 1 zeros.
  private static final class Grains {
    private final long[] positions;
    private final long[] sectors;
    private final long end;

    Grains(ByteSource image, Header header) throws IOException {
      LongArray positions = new LongArray();
      LongArray sectors = new LongArray();
      long last = header.overhead;
      long grains = (header.capacity + header.grain - 1) / header.grain;
      long tables = (grains + header.perTable - 1) / header.perTable;
      if (header.directory <= 0 || header.directory * SECTOR > image.size()) {
        throw new TruncatedException("the directory of grains is not there");
      }
      byte[] directory =
          Binary.upTo(image, header.directory * SECTOR, (int) Math.min(tables * 4, 1 << 26));
      Allowance allowance = new Allowance(image);
      for (int i = 0; i < directory.length / 4; i++) {
        long table = Binary.u32le(directory, i * 4);
        if (table == 0) {
          continue;
        }
        int length = (int) header.perTable * 4;
        allowance.spend(length);
        byte[] b = Binary.upTo(image, table * SECTOR, length);
        last = Math.max(last, table + length / SECTOR);
        for (int j = 0; j < b.length / 4; j++) {
          long sector = Binary.u32le(b, j * 4);
          if (sector > 1) {
            positions.add(i * header.perTable + j);
            sectors.add(sector);
            last = Math.max(last, sector + header.grain);
          }
        }
      }
      this.positions = positions.toArray();
      this.sectors = sectors.toArray();
      this.end = last * SECTOR;
    }
  }

  /// Grains one behind the other, and markers between them; tables are passed over.
  private static final class Stream {
    private final long[] positions;
    private final long[] offsets;
    private final long end;

    Stream(ByteSource image, Header header) throws IOException {
      LongArray positions = new LongArray();
      LongArray offsets = new LongArray();
      long at = header.overhead * SECTOR;
      long previous = -1;
      while (true) {
        byte[] b = Binary.upTo(image, at, 16);
        if (b.length < 16) {
          at = Math.max(at, image.size()) + 1;
          break;
        }
        long value = Binary.i64le(b, 0);
        long size = Binary.u32le(b, 8);
        if (size > 0) {
          if (value <= previous || value > 1L << 41) {
            throw new CorruptException("the grains are not in order");
          }
          previous = value;
          positions.add(value);
          offsets.add(at);
          at += (12 + size + SECTOR - 1) / SECTOR * SECTOR;
          continue;
        }
        long type = Binary.u32le(b, 12);
        at += SECTOR;
        if (type == 0) {
          break;
        }
        if (type > 3 || value < 0 || value > 1L << 32) {
          throw new CorruptException("a marker of kind " + type);
        }
        at += value * SECTOR;
      }
      this.positions = positions.toArray();
      this.offsets = offsets.toArray();
      this.end = at;
    }
  }

  /// All grains of a stream, decoded.
  private static final class Inflated extends PieceInputStream {
    private final ByteSource image;
    private final Stream stream;
    private final Header header;
    private int next;

    Inflated(ByteSource image, Stream stream, Header header) {
      this.image = image;
      this.stream = stream;
      this.header = header;
    }

    @Override
    protected byte[] next() throws IOException {
      if (next == stream.offsets.length || stream.positions[next] * SECTOR >= header.size()) {
        return new byte[0];
      }
      long at = stream.offsets[next++];
      long size = Binary.u32le(image, at + 8);
      if (size > 2L << 23) {
        throw new CorruptException("a grain of " + size + " bytes");
      }
      byte[] packed = Binary.bytes(image, at + 12, (int) size);
      byte[] grain = new byte[(int) header.grain * SECTOR];
      Inflater inflater = new Inflater();
      try {
        inflater.setInput(packed);
        if (inflater.inflate(grain) < grain.length
            && stream.positions[next - 1] + header.grain <= header.capacity) {
          throw new CorruptException("a grain decodes to too few bytes");
        }
        return grain;
      } catch (DataFormatException e) {
        throw new CorruptException("a grain does not decode");
      } finally {
        inflater.end();
      }
    }
  }
}
