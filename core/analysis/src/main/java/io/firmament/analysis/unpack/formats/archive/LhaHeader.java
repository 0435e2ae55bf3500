package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.Crc16;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// The header of one file in an LHA archive, levels 0 to 3.
///
/// @param method for example `lh5`
/// @param verified a checksum of the header is right
/// @param name with slashes
/// @param mode of Unix with the type, or -1
/// @param data first byte of the compressed data
/// @param compressed length of the data
/// @param sum CRC-16 of the content
record LhaHeader(
    String method,
    int level,
    boolean verified,
    byte[] name,
    int mode,
    long uid,
    long gid,
    long mtime,
    long data,
    long compressed,
    long size,
    int sum) {
  private static final int FIXED = 22;
  private static final int MOST_EXTENSIONS = 64;
  private static final int LARGEST = 1 << 16;
  private static final int UNIX = 'U';

  /// What stands behind the fixed part.
  private static final class Parts {
    private byte[] name = {};
    private byte[] folder = {};
    private int mode = -1;
    private long uid;
    private long gid;
    private long mtime;
    private int headerSum = -1;
    private long headerSumAt;
    private long end;
    private long extensions;
  }

  static LhaHeader read(ByteSource source, long at) throws IOException {
    byte[] b = Binary.bytes(source, at, FIXED);
    String method = Binary.text(b, 3, 3);
    boolean named = b[2] == '-' && b[6] == '-' && method.startsWith("l");
    if (!named) {
      throw new CorruptException("no header at offset " + at);
    }
    return switch (b[20]) {
      case 0, 1 -> short0or1(source, at, b, method);
      case 2 -> level2(source, at, b, method, 2);
      case 3 -> level2(source, at, b, method, 4);
      default -> throw new CorruptException("a header of level " + b[20]);
    };
  }

  /// Size and sum of a byte each; the name, its CRC-16 and what the system adds are in the header.
  private static LhaHeader short0or1(ByteSource source, long at, byte[] fixed, String method)
      throws IOException {
    int size = fixed[0] & 0xff;
    byte[] b = Binary.bytes(source, at + 2, size);
    int sum = 0;
    for (byte each : b) {
      sum += each & 0xff;
    }
    int nameLength = fixed[21] & 0xff;
    int behind = 20 + nameLength;
    if ((sum & 0xff) != (fixed[1] & 0xff) || behind + 2 > size) {
      throw new CorruptException("the checksum of a header is wrong");
    }
    int level = fixed[20];
    Parts parts = new Parts();
    parts.name = java.util.Arrays.copyOfRange(b, 20, behind);
    parts.mtime = DosTime.seconds(Binary.u16le(b, 15), Binary.u16le(b, 13));
    parts.end = at + 2 + size;
    if (level == 1) {
      extensions(source, parts, Binary.u16le(b, size - 2), 2);
    } else if (size >= behind + 14 && b[behind + 2] == UNIX) {
      parts.mtime = Binary.u32le(b, behind + 4);
      parts.mode = Binary.u16le(b, behind + 8);
      parts.uid = Binary.u16le(b, behind + 10);
      parts.gid = Binary.u16le(b, behind + 12);
    }
    long compressed = Binary.u32le(fixed, 7) - parts.extensions;
    return of(method, level, true, parts, compressed, fixed, Binary.u16le(b, behind));
  }

  /// Levels 2 and 3; the latter starts with the width of a size, and has the whole size behind.
  private static LhaHeader level2(
      ByteSource source, long at, byte[] fixed, String method, int width) throws IOException {
    boolean wide = width == 4;
    long size = wide ? Binary.u32le(source, at + 24) : Binary.u16le(fixed, 0);
    int first = wide ? 28 : 24;
    if (size < first + width || size > LARGEST || (wide && Binary.u16le(fixed, 0) != width)) {
      throw new CorruptException("a header of " + size + " bytes");
    }
    byte[] b = Binary.bytes(source, at, (int) size);
    Parts parts = new Parts();
    parts.mtime = Binary.u32le(b, 15);
    parts.end = at + first + width;
    extensions(source, parts, size(b, first, width), width);
    if (parts.end > at + size) {
      throw new CorruptException("a header that is longer than it says");
    }
    boolean verified = false;
    if (parts.headerSum >= 0) {
      int sumAt = (int) (parts.headerSumAt - at);
      b[sumAt] = 0;
      b[sumAt + 1] = 0;
      verified = Crc16.of(b) == parts.headerSum;
      if (!verified) {
        throw new CorruptException("the checksum of a header is wrong");
      }
    }
    parts.end = at + size;
    return of(
        method, fixed[20], verified, parts, Binary.u32le(fixed, 7), fixed, Binary.u16le(b, 21));
  }

  private static LhaHeader of(
      String method,
      int level,
      boolean verified,
      Parts parts,
      long compressed,
      byte[] fixed,
      int sum)
      throws CorruptException {
    if (compressed < 0) {
      throw new CorruptException("extensions that are longer than the file");
    }
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    name.writeBytes(parts.folder);
    name.writeBytes(parts.name);
    byte[] path = name.toByteArray();
    for (int i = 0; i < path.length; i++) {
      // DOS writes backslashes, and extensions have FF where a slash belongs.
      if (path[i] == '\\' || (i < parts.folder.length && path[i] == -1)) {
        path[i] = '/';
      }
    }
    return new LhaHeader(
        method,
        level,
        verified,
        path,
        parts.mode,
        parts.uid,
        parts.gid,
        parts.mtime,
        parts.end,
        compressed,
        Binary.u32le(fixed, 11),
        sum);
  }

  private static long size(byte[] b, int at, int width) {
    return width == 4 ? Binary.u32le(b, at) : Binary.u16le(b, at);
  }

  /// Extensions are a kind, data, and the size of the next one, which ends them with 0.
  private static void extensions(ByteSource source, Parts parts, long first, int width)
      throws IOException {
    long size = first;
    for (int i = 0; size != 0; i++) {
      if (size < width + 1 || size > LARGEST || i == MOST_EXTENSIONS) {
        throw new CorruptException("extensions that make no sense");
      }
      byte[] b = Binary.bytes(source, parts.end, (int) size);
      extension(b, (int) size - width - 1, parts);
      parts.end += size;
      parts.extensions += size;
      size = size(b, (int) size - width, width);
    }
  }

  private static void extension(byte[] b, int length, Parts parts) {
    byte[] data = java.util.Arrays.copyOfRange(b, 1, 1 + length);
    switch (b[0]) {
      case 0x00 -> {
        if (length >= 2) {
          parts.headerSum = Binary.u16le(data, 0);
          parts.headerSumAt = parts.end + 1;
        }
      }
      case 0x01 -> parts.name = data;
      case 0x02 -> parts.folder = data;
      case 0x50 -> parts.mode = length >= 2 ? Binary.u16le(data, 0) : parts.mode;
      case 0x51 -> {
        if (length >= 4) {
          parts.gid = Binary.u16le(data, 0);
          parts.uid = Binary.u16le(data, 2);
        }
      }
      case 0x54 -> parts.mtime = length >= 4 ? Binary.u32le(data, 0) : parts.mtime;
      default -> {}
    }
  }

  long end() {
    return data + compressed;
  }
}
