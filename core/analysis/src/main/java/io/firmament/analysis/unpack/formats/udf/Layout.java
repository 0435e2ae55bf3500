package io.firmament.analysis.unpack.formats.udf;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The volume structure: anchor, descriptors, partitions (ECMA-167 part 3, UDF 2.60 section 2.2).
///
/// @param block bytes
/// @param label of the logical volume
/// @param revision of UDF, for example `2.01`
/// @param maps partitions by their reference
/// @param fileSet where the file set descriptor is
/// @param end of the last structure in bytes
record Layout(
    int block, String label, String revision, List<Mapping> maps, Address fileSet, long end) {
  private static final int[] BLOCKS = {512, 1024, 2048, 4096};
  private static final int FIRST = 32768;
  private static final int RECOGNITION = 2048;
  private static final int ANCHOR = 2;
  private static final int MOST_DESCRIPTORS = 512;
  private static final int MOST_MAPS = 16;
  private static final int SEARCHED = 1024;

  /// A block of a partition.
  record Address(long block, int partition) {
    static Address of(byte[] b, int at) {
      return new Address(Binary.u32le(b, at), Binary.u16le(b, at + 4));
    }
  }

  /// Where a partition is.
  ///
  /// @param start first block on the disk
  /// @param blocks how many
  /// @param metadata block of the metadata file in this partition; -1 for one without
  record Mapping(long start, long blocks, long metadata) {}

  static boolean isRecognised(ByteSource source) {
    for (int i = 0; i < 64; i++) {
      byte[] b = Binary.upTo(source, FIRST + (long) i * RECOGNITION, 6);
      if (b.length < 6) {
        return false;
      }
      String id = Binary.text(b, 1, 5);
      if (id.equals("NSR02") || id.equals("NSR03")) {
        return true;
      }
      if (!id.equals("CD001") && !id.equals("BEA01") && !id.equals("BOOT2")) {
        return false;
      }
    }
    return false;
  }

  static Layout read(ByteSource source) throws IOException {
    for (int block : BLOCKS) {
      byte[] b = Binary.upTo(source, 256L * block, 512);
      if (b.length == 512 && Binary.u16le(b, 0) == ANCHOR && Tag.of(b, 0).location() == 256) {
        return read(source, b, block);
      }
    }
    throw new CorruptException("no anchor at block 256");
  }

  private static Layout read(ByteSource source, byte[] anchor, int block) throws IOException {
    Map<Integer, byte[]> found = new HashMap<>();
    Map<Integer, byte[]> partitions = new HashMap<>();
    long end = 257L * block;
    for (int at : new int[] {16, 24}) {
      long start = Binary.u32le(anchor, at + 4) * block;
      end = Math.max(end, start + Binary.u32le(anchor, at));
      if (found.isEmpty()) {
        descriptors(source, start, Binary.u32le(anchor, at), block, found, partitions);
      }
    }
    byte[] logical = found.get(6);
    if (logical == null || partitions.isEmpty()) {
      throw new CorruptException("no logical volume");
    }
    if (Binary.u32le(logical, 212) != block) {
      throw new UnsupportedException("logical blocks of another size than physical ones");
    }
    for (byte[] partition : partitions.values()) {
      end = Math.max(end, (Binary.u32le(partition, 188) + Binary.u32le(partition, 192)) * block);
    }
    int revision = Binary.u16le(logical, 216 + 24);
    return new Layout(
        block,
        text(logical, 84, 128),
        "%x.%02x".formatted(revision >> 8, revision & 0xff),
        maps(logical, partitions),
        Address.of(logical, 248 + 4),
        end(source, end, block));
  }

  private static void descriptors(
      ByteSource source,
      long start,
      long length,
      int block,
      Map<Integer, byte[]> found,
      Map<Integer, byte[]> partitions)
      throws IOException {
    for (int i = 0; i < Math.min(MOST_DESCRIPTORS, length / block); i++) {
      byte[] b = Binary.bytes(source, start + (long) i * block, block);
      int id = Binary.u16le(b, 0);
      if (id == 0 || id == 8) {
        return;
      }
      Tag.of(b, 0);
      found.put(id, b);
      if (id == 5) {
        partitions.put(Binary.u16le(b, 22), b);
      }
    }
  }

  private static List<Mapping> maps(byte[] logical, Map<Integer, byte[]> partitions)
      throws IOException {
    List<Mapping> maps = new ArrayList<>();
    long count = Math.min(Binary.u32le(logical, 268), MOST_MAPS);
    int at = 440;
    for (int i = 0; i < count; i++) {
      if (at + 6 > logical.length) {
        throw new CorruptException("a map of partitions makes no sense");
      }
      int type = logical[at];
      int length = logical[at + 1] & 0xff;
      String id = type == 2 && at + 64 <= logical.length ? Binary.text(logical, at + 5, 23) : "";
      int number = Binary.u16le(logical, type == 1 ? at + 4 : at + 38);
      byte[] partition = partitions.get(number);
      if (partition == null || length < 6) {
        throw new CorruptException("a map of a partition that is not there");
      }
      if (type == 2
          && !id.equals("*UDF Metadata Partition")
          && !id.equals("*UDF Sparable Partition")) {
        throw new UnsupportedException("a partition of kind " + id);
      }
      long metadata = id.equals("*UDF Metadata Partition") ? Binary.u32le(logical, at + 40) : -1;
      maps.add(new Mapping(Binary.u32le(partition, 188), Binary.u32le(partition, 192), metadata));
      at += length;
    }
    return maps;
  }

  /// A further anchor is in the last block, or 256 before it.
  private static long end(ByteSource source, long known, int block) {
    long end = known;
    for (long number = known / block; number < known / block + SEARCHED; number++) {
      byte[] b = Binary.upTo(source, number * block, 512);
      if (b.length < 512) {
        break;
      }
      try {
        if (Binary.u16le(b, 0) == ANCHOR && Tag.of(b, 0).location() == number) {
          end = (number + 1) * block;
        }
      } catch (CorruptException e) {
        // No anchor.
      }
    }
    return end;
  }

  /// Characters behind a byte that says how wide they are (UDF 2.1.1), with the length in the last
  /// byte.
  private static String text(byte[] b, int at, int length) {
    int used = Math.min(b[at + length - 1] & 0xff, length - 1);
    return used == 0 ? "" : new String(characters(b, at, used), StandardCharsets.UTF_8);
  }

  /// The same in UTF-8, without the length.
  static byte[] characters(byte[] b, int at, int length) {
    if (length == 0) {
      return new byte[0];
    }
    boolean wide = b[at] == 16 || b[at] == (byte) 255;
    String text =
        new String(
            b, at + 1, length - 1, wide ? StandardCharsets.UTF_16BE : StandardCharsets.ISO_8859_1);
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
