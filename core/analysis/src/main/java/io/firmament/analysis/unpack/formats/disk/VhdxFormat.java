package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.uefi.Guid;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Microsoft's virtual hard disk, the newer one (MS-VHDX).
public final class VhdxFormat implements Format {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int HEADER = 4 * KIB;
  private static final int REGIONS = 64 * KIB;
  private static final String BLOCKS = "2DC27766-F623-4200-9D64-115E9BFD4A08";
  private static final String METADATA = "8B7CA206-4790-4B9A-B8FE-575F050F886E";
  private static final String PARAMETERS = "CAA16737-FA36-4D43-B3B6-33F0AA44E76B";
  private static final String SIZE = "2FA54224-CD1B-4876-B211-5DBED83BF4B8";
  private static final String SECTOR = "8141BF1D-A96F-4709-BA47-F233A8FAAB5F";
  private static final int PRESENT = 6;
  private static final int PARTLY_PRESENT = 7;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "vhdx",
        "Virtual hard disk 2 (VHDX)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "vhdxfile")),
        List.of(".vhdx"),
        List.of(
            "a log that was not replayed is reported, not replayed",
            "differences to another image are reported"),
        List.of("MS-VHDX"));
  }

  /// What the structures say.
  ///
  /// @param table position of the blocks' table, and its length in bytes
  /// @param end of the last region or block
  private record Disk(
      boolean dirty,
      boolean isDifference,
      long size,
      long block,
      long sector,
      long table,
      long tableLength,
      long end) {
    static Disk read(ByteSource image) throws IOException {
      byte[] header = header(image);
      byte[] regions = regions(image);
      long end = MIB;
      long table = 0;
      long tableLength = 0;
      long metadata = 0;
      int count = (int) Math.min(Binary.u32le(regions, 8), 2047);
      for (int i = 0; i < count; i++) {
        int at = 16 + i * 32;
        String guid = Guid.of(regions, at);
        long position = Binary.i64le(regions, at + 16);
        long length = Binary.u32le(regions, at + 24);
        if (position < 0 || position > 1L << 50) {
          throw new CorruptException("a region makes no sense");
        }
        end = Math.max(end, position + length);
        if (guid.equals(BLOCKS)) {
          table = position;
          tableLength = length;
        } else if (guid.equals(METADATA)) {
          metadata = position;
        }
      }
      end = Math.max(end, Math.max(0, Binary.i64le(header, 72)) + Binary.u32le(header, 68));
      byte[] parameters = item(image, metadata, PARAMETERS, 8);
      long block = Binary.u32le(parameters, 0);
      long size = Binary.i64le(item(image, metadata, SIZE, 8), 0);
      long sector = Binary.u32le(item(image, metadata, SECTOR, 4), 0);
      boolean sound =
          block >= MIB
              && block <= 256 * MIB
              && Long.bitCount(block) == 1
              && (sector == 512 || sector == 4096)
              && size > 0
              && size <= 1L << 46
              && table > 0;
      if (!sound) {
        throw new CorruptException("the metadata makes no sense");
      }
      boolean dirty = Binary.i64le(header, 48) != 0 || Binary.i64le(header, 56) != 0;
      boolean difference = (Binary.u32le(parameters, 4) & 2) != 0;
      Disk disk = new Disk(dirty, difference, size, block, sector, table, tableLength, end);
      long[] last = {end};
      disk.each(image, (position, at) -> last[0] = Math.max(last[0], at + block));
      return new Disk(dirty, difference, size, block, sector, table, tableLength, last[0]);
    }

    /// The header with the higher sequence number, of those whose checksum is right.
    private static byte[] header(ByteSource image) throws IOException {
      byte[] best = {};
      for (int at : new int[] {64 * KIB, 128 * KIB}) {
        byte[] b = Binary.upTo(image, at, HEADER);
        boolean newer =
            best.length == 0 || (b.length == HEADER && Binary.i64le(b, 8) > Binary.i64le(best, 8));
        if (b.length == HEADER && newer && isSound(b, "head")) {
          best = b;
        }
      }
      if (best.length == 0) {
        throw new CorruptException("no header");
      }
      return best;
    }

    private static byte[] regions(ByteSource image) throws IOException {
      for (int at : new int[] {192 * KIB, 256 * KIB}) {
        byte[] b = Binary.upTo(image, at, REGIONS);
        if (b.length == REGIONS && isSound(b, "regi")) {
          return b;
        }
      }
      throw new CorruptException("no table of regions");
    }

    /// CRC-32C over the structure with its own field zero.
    private static boolean isSound(byte[] b, String magic) {
      byte[] blank = b.clone();
      java.util.Arrays.fill(blank, 4, 8, (byte) 0);
      CRC32C crc = new CRC32C();
      crc.update(blank);
      return Binary.text(b, 0, 4).equals(magic) && crc.getValue() == Binary.u32le(b, 4);
    }

    private static byte[] item(ByteSource image, long metadata, String guid, int length)
        throws IOException {
      byte[] b = Binary.bytes(image, metadata, REGIONS);
      int count = Math.min(Binary.u16le(b, 10), 2047);
      for (int i = 0; i < count && Binary.text(b, 0, 8).equals("metadata"); i++) {
        int at = 32 + i * 32;
        if (Guid.of(b, at).equals(guid)) {
          return Binary.bytes(image, metadata + Binary.u32le(b, at + 16), length);
        }
      }
      throw new CorruptException("no metadata item " + guid);
    }

    /// Behind a number of blocks the table has an entry for a map of sectors.
    void each(ByteSource image, Use use) throws IOException {
      long ratio = (1L << 23) * sector / block;
      byte[] b = Binary.upTo(image, table, (int) Math.min(tableLength, 1 << 28));
      long blocks = (size + block - 1) / block;
      for (long i = 0; i < blocks; i++) {
        long at = (i + i / ratio) * 8;
        if (at + 8 > b.length) {
          return;
        }
        long entry = Binary.i64le(b, (int) at);
        int state = (int) (entry & 7);
        if (state == PRESENT || state == PARTLY_PRESENT) {
          use.block(i * block, (entry >>> 20 & (1L << 30) - 1) << 20);
        }
      }
    }
  }

  /// Takes a block.
  @FunctionalInterface
  private interface Use {
    void block(long position, long offset) throws IOException;
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
                  "size", Long.toString(disk.size),
                  "blockSize", Long.toString(disk.block),
                  "sectorSize", Long.toString(disk.sector))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Disk disk = Disk.read(content);
    if (disk.dirty) {
      sink.unsupported("vhdx: the log was not replayed; the newest changes may be missing");
    }
    if (disk.isDifference) {
      sink.unsupported("vhdx: what is only in the image below it reads as zeros");
    }
    DiskMap map = DiskMap.plain(content);
    disk.each(
        content,
        (position, at) -> map.block(position, at, Math.min(disk.block, disk.size - position)));
    map.give(content, disk.size, sink);
    chunk.requireWhole();
  }
}
