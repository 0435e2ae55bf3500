package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/// Files that are known and hold nothing to unpack.
final class Ordinary {
  private static final byte[] ELF = HexFormat.of().parseHex("7f454c46");
  private static final List<byte[]> MAGICS =
      List.of(
          HexFormat.of().parseHex("89504e470d0a1a0a"),
          HexFormat.of().parseHex("ffd8ff"),
          HexFormat.of().parseHex("cafebabe"),
          Binary.ascii("GIF8"),
          Binary.ascii("%PDF-"),
          Binary.ascii("SQLite format 3"));
  private static final int TEXT_BLOCK = 1 << 12;

  private Ordinary() {}

  /// Where a known file at the start of the blob ends; 0 where there is none. Text ends with the
  /// last block that is text, a program where its headers say.
  static long end(ByteSource source) {
    if (Binary.matches(source, 0, ELF)) {
      return elfEnd(source);
    }
    for (byte[] magic : MAGICS) {
      if (Binary.matches(source, 0, magic)) {
        return source.size();
      }
    }
    return textEnd(source);
  }

  /// The end of the last section, segment or header table (System V ABI, chapter 4); all of the
  /// blob where they make no sense.
  private static long elfEnd(ByteSource source) {
    try {
      boolean wide = Binary.u8(source, 4) == 2;
      boolean big = Binary.u8(source, 5) == 2;
      Fields fields = new Fields(source, wide, big);
      long programs = fields.word(wide ? 32 : 28);
      long sections = fields.word(wide ? 40 : 32);
      int counts = wide ? 54 : 42;
      long end =
          Math.max(
              programs + (long) fields.half(counts) * fields.half(counts + 2),
              sections + (long) fields.half(counts + 4) * fields.half(counts + 6));
      for (int i = 0; i < fields.half(counts + 2); i++) {
        long at = programs + (long) i * fields.half(counts);
        end = Math.max(end, fields.word(at + (wide ? 8 : 4)) + fields.word(at + (wide ? 32 : 16)));
      }
      for (int i = 0; sections > 0 && i < fields.half(counts + 6); i++) {
        long at = sections + (long) i * fields.half(counts + 4);
        boolean stored = fields.type(at + 4) != 8;
        long size = stored ? fields.word(at + (wide ? 32 : 20)) : 0;
        end = Math.max(end, fields.word(at + (wide ? 24 : 16)) + size);
      }
      return end <= 0 || end > source.size() ? source.size() : end;
    } catch (TruncatedException e) {
      return source.size();
    }
  }

  /// Numbers in the file's byte order.
  private record Fields(ByteSource source, boolean wide, boolean big) {
    int half(long at) throws TruncatedException {
      return big ? Binary.u16be(source, at) : Binary.u16le(source, at);
    }

    long type(long at) throws TruncatedException {
      return big ? Binary.u32be(source, at) : Binary.u32le(source, at);
    }

    /// As wide as an address.
    long word(long at) throws TruncatedException {
      if (!wide) {
        return type(at);
      }
      long value = Binary.i64le(source, at);
      long word = big ? Long.reverseBytes(value) : value;
      // An offset that no file has is none.
      return word < 0 || word > 1L << 48 ? 0 : word;
    }
  }

  private static long textEnd(ByteSource source) {
    byte[] head = Binary.upTo(source, 0, TEXT_BLOCK);
    if (!isText(head)) {
      boolean script = head.length > 2 && head[0] == '#' && head[1] == '!' && head[2] == '/';
      return script ? control(head, head.length) : 0;
    }
    byte[] block = new byte[TEXT_BLOCK];
    long at = Math.min(TEXT_BLOCK, source.size());
    while (at < source.size()) {
      int n = source.read(at, block, 0, block.length);
      int control = control(block, n);
      if (control < n) {
        return at + control;
      }
      at += n;
    }
    return source.size();
  }

  private static boolean isText(byte[] head) {
    return head.length > 0
        && control(head, head.length) == head.length
        && new String(head, StandardCharsets.UTF_8).chars().filter(c -> c == 0xfffd).count() <= 3;
  }

  /// The first byte that no text has.
  private static int control(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b) {
        return i;
      }
    }
    return length;
  }
}
