package io.firmament.analysis.unpack.formats.disk;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.uefi.Guid;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One of the two headers of a GPT, with the entries it points to (UEFI 2.10, section 5.3).
///
/// @param sector bytes
/// @param self sector of this header
/// @param other sector of the other header
/// @param entriesAt position of the entries
/// @param entriesLength bytes of the entries
record PartitionTable(
    int sector,
    long self,
    long other,
    long firstUsable,
    long lastUsable,
    String guid,
    long entriesAt,
    int entriesLength,
    List<Entry> entries) {
  private static final byte[] MAGIC = Binary.ascii("EFI PART");
  private static final int HEADER = 92;
  private static final int MOST_ENTRIES = 1 << 20;
  private static final long MOST_SECTORS = 1L << 50;

  /// A partition, in sectors.
  record Entry(String type, String name, long first, long last) {}

  /// Reads the header in a sector; both checksums must be right.
  static PartitionTable read(ByteSource disk, int sector, long number) throws IOException {
    if (!Binary.matches(disk, number * sector, MAGIC)) {
      throw new CorruptException("no header");
    }
    byte[] b = Binary.bytes(disk, number * sector, sector);
    long size = Binary.u32le(b, 12);
    if (size < HEADER || size > sector) {
      throw new CorruptException("the header makes no sense");
    }
    long crc = Binary.u32le(b, 16);
    byte[] blank = java.util.Arrays.copyOf(b, (int) size);
    java.util.Arrays.fill(blank, 16, 20, (byte) 0);
    if (Checksums.crc32(io.firmament.analysis.unpack.io.HeapByteSource.of(blank)) != crc) {
      throw new CorruptException("the header's checksum is wrong");
    }
    long count = Binary.u32le(b, 80);
    long entrySize = Binary.u32le(b, 84);
    long at = Binary.i64le(b, 72);
    boolean sound =
        Binary.i64le(b, 24) == number
            && isSector(Binary.i64le(b, 32))
            && isSector(Binary.i64le(b, 40))
            && isSector(Binary.i64le(b, 48))
            && isSector(at)
            && entrySize >= 128
            && entrySize % 8 == 0
            && count * entrySize <= MOST_ENTRIES;
    if (!sound) {
      throw new CorruptException("the header makes no sense");
    }
    byte[] table = Binary.bytes(disk, at * sector, (int) (count * entrySize));
    java.util.zip.CRC32 sum = new java.util.zip.CRC32();
    sum.update(table);
    if (sum.getValue() != Binary.u32le(b, 88)) {
      throw new CorruptException("the checksum of the entries is wrong");
    }
    return new PartitionTable(
        sector,
        number,
        Binary.i64le(b, 32),
        Binary.i64le(b, 40),
        Binary.i64le(b, 48),
        Guid.of(b, 56),
        at * sector,
        table.length,
        entries(table, (int) entrySize));
  }

  private static boolean isSector(long number) {
    return number > 0 && number < MOST_SECTORS;
  }

  private static List<Entry> entries(byte[] table, int size) {
    List<Entry> entries = new ArrayList<>();
    for (int at = 0; at < table.length; at += size) {
      long first = Binary.i64le(table, at + 32);
      long last = Binary.i64le(table, at + 40);
      boolean free = Binary.i64le(table, at) == 0 && Binary.i64le(table, at + 8) == 0;
      if (!free && isSector(first) && isSector(last) && last >= first) {
        String name = new String(table, at + 56, 72, StandardCharsets.UTF_16LE);
        int end = name.indexOf(0);
        String text = (end < 0 ? name : name.substring(0, end)).strip();
        entries.add(
            new Entry(
                Guid.of(table, at),
                text.isEmpty() ? "partition-" + (at / size + 1) : text,
                first,
                last));
      }
    }
    return entries;
  }
}
