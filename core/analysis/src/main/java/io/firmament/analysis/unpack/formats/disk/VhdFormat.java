package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
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

/// Microsoft's virtual hard disk, the older one.
///
/// A fixed disk is the raw disk with a footer behind it, so that the disk is found by what it is
/// and the footer is a chunk of its own.
public final class VhdFormat implements Format {
  private static final int FOOTER = 512;
  private static final int SECTOR = 512;
  private static final int HEADER = 1024;
  private static final long UNUSED = 0xffffffffL;
  private static final long MOST_BLOCKS = 1L << 26;
  private static final byte[] MAGIC = Binary.ascii("conectix");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "vhd",
        "Virtual hard disk (VHD; dynamic, and the footer of fixed ones)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "conectix")),
        List.of(".vhd"),
        List.of("differences to another image are reported"),
        List.of("Microsoft Virtual Hard Disk Image Format Specification 1.0"));
  }

  /// Footer and dynamic header.
  private record Disk(int type, long size, long table, long blocks, long block, long end) {
    static Disk read(ByteSource image) throws IOException {
      byte[] footer = Binary.bytes(image, 0, FOOTER);
      int type = (int) Binary.u32be(footer, 60);
      long size = Binary.i64be(footer, 48);
      boolean sound =
          Binary.matches(image, 0, MAGIC)
              && Binary.u32be(footer, 12) == 0x10000
              && sum(footer, 64) == Binary.u32be(footer, 64)
              && type >= 2
              && type <= 4
              && size >= 0;
      if (!sound) {
        throw new CorruptException("the footer makes no sense");
      }
      return type == 2 ? new Disk(type, size, 0, 0, 0, FOOTER) : dynamic(image, footer, type, size);
    }

    private static Disk dynamic(ByteSource image, byte[] footer, int type, long size)
        throws IOException {
      long at = Binary.i64be(footer, 16);
      byte[] b = Binary.bytes(image, at, HEADER);
      long table = Binary.i64be(b, 16);
      long blocks = Binary.u32be(b, 28);
      long block = Binary.u32be(b, 32);
      boolean sound =
          Binary.text(b, 0, 8).equals("cxsparse")
              && sum(b, 36) == Binary.u32be(b, 36)
              && block >= SECTOR
              && block <= 1 << 28
              && Long.bitCount(block) == 1
              && blocks <= MOST_BLOCKS
              && size <= blocks * block
              && table > 0
              && table <= 1L << 50;
      if (!sound) {
        throw new CorruptException("the dynamic header makes no sense");
      }
      byte[] entries = Binary.upTo(image, table, (int) blocks * 4);
      long end = Math.max(at + HEADER, table + (blocks * 4 + SECTOR - 1) / SECTOR * SECTOR);
      for (int i = 0; i < entries.length / 4; i++) {
        long sector = Binary.u32be(entries, i * 4);
        if (sector != UNUSED) {
          end = Math.max(end, sector * SECTOR + bitmap(block) + block);
        }
      }
      return new Disk(type, size, table, blocks, block, end + FOOTER);
    }

    /// All bytes but the sum itself, inverted.
    private static long sum(byte[] b, int at) {
      int sum = 0;
      for (int i = 0; i < b.length; i++) {
        sum += i >= at && i < at + 4 ? 0 : b[i] & 0xff;
      }
      return Integer.toUnsignedLong(~sum);
    }

    /// Bytes of the map of sectors before each block.
    static long bitmap(long block) {
      return (block / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      ByteSource image = source.slice(start, source.size() - start);
      Disk disk = Disk.read(image);
      boolean whole = disk.end <= image.size();
      return Optional.of(
          new Chunk(
              start,
              start + Math.min(disk.end, image.size()),
              whole ? Confidence.HIGH : Confidence.LOW,
              false,
              Map.of(
                  "size",
                  Long.toString(disk.size),
                  "type",
                  disk.type == 2 ? "fixed" : disk.type == 3 ? "dynamic" : "difference")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Disk disk = Disk.read(content);
    if (disk.type == 2) {
      sink.leaf("vhd-footer.bin", Body.of(content));
      return;
    }
    if (disk.type == 4) {
      sink.unsupported("vhd: what is only in the image below it reads as zeros");
    }
    DiskMap map = DiskMap.plain(content);
    byte[] entries = Binary.upTo(content, disk.table, (int) disk.blocks * 4);
    for (int i = 0; i < entries.length / 4; i++) {
      long sector = Binary.u32be(entries, i * 4);
      long position = i * disk.block;
      if (sector != UNUSED && position < disk.size) {
        long at = sector * SECTOR + Disk.bitmap(disk.block);
        map.block(position, at, Math.min(disk.block, disk.size - position));
      }
    }
    map.give(content, disk.size, sink);
    chunk.requireWhole();
    if (!Binary.matches(content, content.size() - FOOTER, MAGIC)) {
      sink.corrupt("vhd: there is no footer at the end");
    }
  }
}
