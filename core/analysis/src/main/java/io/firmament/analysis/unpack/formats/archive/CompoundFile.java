package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.ByteRange;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The sectors of a compound file: a table says for each which one follows it; small streams lie in
/// short sectors inside of one stream.
final class CompoundFile {
  static final long NONE = 0xffffffffL;
  static final int STORAGE = 1;
  static final int STREAM = 2;
  static final int ROOT = 5;

  private static final int HEADER = 512;
  private static final int IN_HEADER = 109;
  private static final int LAST = 0xfffffffa;
  private static final int FREE = -1;
  private static final int ITEM = 128;

  /// Between the start of 1601 and of 1970 in seconds.
  private static final long EPOCH = 11_644_473_600L;

  /// A storage or stream.
  ///
  /// @param classId as hexadecimal digits
  /// @param modified in seconds since 1970
  record Item(
      String name,
      int kind,
      long left,
      long right,
      long child,
      String classId,
      long modified,
      int start,
      long size) {}

  private final ByteSource source;
  private final int sectorBits;
  private final int shortBits;
  private final long cutoff;
  private final int[] next;
  private final int[] nextShort;
  private final int[] directory;
  private final int[] shorts;

  CompoundFile(ByteSource source) throws IOException {
    this.source = source;
    byte[] b = Binary.bytes(source, 0, HEADER);
    int version = Binary.u16le(b, 26);
    sectorBits = Binary.u16le(b, 30);
    shortBits = Binary.u16le(b, 32);
    cutoff = Binary.u32le(b, 56);
    boolean sound =
        Binary.u16le(b, 28) == 0xfffe
            && ((version == 3 && sectorBits == 9) || (version == 4 && sectorBits == 12))
            && shortBits == 6
            && cutoff == 4096;
    if (!sound) {
      throw new CorruptException("no compound file");
    }
    next = table(tableSectors(b));
    directory = chain((int) Binary.u32le(b, 48), next);
    nextShort = table(chain((int) Binary.u32le(b, 60), next));
    if (directory.length == 0) {
      throw new CorruptException("there is no directory");
    }
    shorts = chain(item(0).start, next);
  }

  private long position(int sector) {
    return (Integer.toUnsignedLong(sector) + 1) << sectorBits;
  }

  /// The sectors of the table: the first 109 stand in the header, further ones in a chain.
  private int[] tableSectors(byte[] header) throws IOException {
    long count = Binary.u32le(header, 44);
    // A sector of the table stands for so many; somewhat more than there are may be written.
    long most = 2 + 4 * (source.size() >> (sectorBits + sectorBits - 2));
    if (count == 0 || count > most) {
      throw new CorruptException("a table of %d sectors".formatted(count));
    }
    int[] sectors = new int[(int) count];
    int entries = (1 << (sectorBits - 2)) - 1;
    int list = (int) Binary.u32le(header, 68);
    byte[] more = {};
    for (int i = 0; i < sectors.length; i++) {
      int further = i - IN_HEADER;
      if (further >= 0 && further % entries == 0) {
        more = Binary.bytes(source, position(list), 1 << sectorBits);
        list = (int) Binary.u32le(more, entries * 4);
      }
      sectors[i] =
          (int)
              (further < 0
                  ? Binary.u32le(header, 76 + 4 * i)
                  : Binary.u32le(more, further % entries * 4));
    }
    return sectors;
  }

  private int[] table(int[] sectors) throws TruncatedException {
    int entries = 1 << (sectorBits - 2);
    int[] table = new int[sectors.length * entries];
    for (int i = 0; i < sectors.length; i++) {
      byte[] sector = Binary.bytes(source, position(sectors[i]), 1 << sectorBits);
      for (int e = 0; e < entries; e++) {
        table[i * entries + e] = (int) Binary.u32le(sector, 4 * e);
      }
    }
    return table;
  }

  /// The sectors of a stream; each can be in it once.
  private static int[] chain(int first, int[] table) throws CorruptException {
    int[] sectors = new int[8];
    int count = 0;
    int sector = first;
    while (Integer.compareUnsigned(sector, LAST) < 0) {
      if (Integer.compareUnsigned(sector, table.length) >= 0 || count == table.length) {
        throw new CorruptException("a chain of sectors that makes no sense");
      }
      if (count == sectors.length) {
        sectors = Arrays.copyOf(sectors, count * 2);
      }
      sectors[count++] = sector;
      sector = table[sector];
    }
    return Arrays.copyOf(sectors, count);
  }

  /// One past the last sector that is in use.
  long end() {
    int used = next.length;
    while (used > 0 && next[used - 1] == FREE) {
      used--;
    }
    return position(used);
  }

  long items() {
    return (long) directory.length << (sectorBits - 7);
  }

  Item item(long number) throws IOException {
    int perSector = 1 << (sectorBits - 7);
    int sector = (int) (number / perSector);
    if (sector >= directory.length) {
      throw new CorruptException("no item " + number);
    }
    byte[] b = Binary.bytes(source, position(directory[sector]) + number % perSector * ITEM, ITEM);
    int nameBytes = Math.clamp(Binary.u16le(b, 64) - 2L, 0, 62);
    long time = Binary.i64le(b, 108);
    long size = Binary.i64le(b, 120);
    return new Item(
        new String(b, 0, nameBytes, StandardCharsets.UTF_16LE),
        b[66],
        Binary.u32le(b, 68),
        Binary.u32le(b, 72),
        Binary.u32le(b, 76),
        HexFormat.of().formatHex(b, 80, 96),
        time <= 0 ? 0 : time / 10_000_000 - EPOCH,
        (int) Binary.u32le(b, 116),
        sectorBits == 9 ? size & NONE : size);
  }

  InputStream open(Item item) throws IOException {
    boolean small = item.size < cutoff;
    int[] sectors = chain(item.start, small ? nextShort : next);
    return new Content(item.size, sectors, small);
  }

  private final class Content extends PieceInputStream {
    private final int[] sectors;
    private final boolean small;
    private long left;
    private int at;

    Content(long size, int[] sectors, boolean small) {
      this.left = size;
      this.sectors = sectors;
      this.small = small;
    }

    @Override
    protected byte[] next() throws IOException {
      if (left <= 0) {
        return new byte[0];
      }
      if (at == sectors.length) {
        throw new TruncatedException("%d bytes of a stream are missing".formatted(left));
      }
      int sector = sectors[at++];
      int bits = small ? shortBits : sectorBits;
      int length = ByteRange.available(left, 0, 1 << bits);
      byte[] piece = Binary.bytes(source, small ? shortPosition(sector) : position(sector), length);
      left -= length;
      return piece;
    }

    private long shortPosition(int sector) throws CorruptException {
      long offset = Integer.toUnsignedLong(sector) << shortBits;
      int index = (int) (offset >> sectorBits);
      if (index >= shorts.length) {
        throw new CorruptException("a short sector that is not there");
      }
      return position(shorts[index]) + (offset & (1 << sectorBits) - 1);
    }
  }
}
