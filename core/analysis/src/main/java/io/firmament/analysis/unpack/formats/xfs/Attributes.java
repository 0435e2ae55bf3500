package io.firmament.analysis.unpack.formats.xfs;

import io.firmament.analysis.unpack.io.Binary;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Extended attributes, in the inode or in leaf blocks.
final class Attributes {
  private static final int TRUSTED = 2;
  private static final int SECURE = 4;
  private static final int IN_LEAF = 1;
  private static final int INCOMPLETE = 0x80;

  private final Map<String, byte[]> found = new HashMap<>();

  Map<String, byte[]> found() {
    return found;
  }

  private void put(int flags, byte[] b, int name, int length, int value, int valueLength) {
    boolean sound = value + valueLength <= b.length && name + length <= b.length && length > 0;
    if (sound && (flags & INCOMPLETE) == 0) {
      String prefix =
          (flags & TRUSTED) != 0 ? "trusted." : (flags & SECURE) != 0 ? "security." : "user.";
      found.put(
          prefix + Binary.text(b, name, length), Arrays.copyOfRange(b, value, value + valueLength));
    }
  }

  /// Total size, count, then for each length of name and value, flags, name and value.
  void local(byte[] b) {
    int count = b.length < 4 ? 0 : b[2] & 0xff;
    int at = 4;
    for (int i = 0; i < count && at + 3 <= b.length; i++) {
      int length = b[at] & 0xff;
      int valueLength = b[at + 1] & 0xff;
      put(b[at + 2], b, at + 3, length, at + 3 + length, valueLength);
      at += 3 + length + valueLength;
    }
  }

  /// A leaf; nodes of the tree, and values in blocks of their own, are passed over.
  void leaf(byte[] b) {
    int magic = Binary.u16be(b, 8);
    if (magic != 0xfbee && magic != 0x3bee) {
      return;
    }
    int header = magic == 0x3bee ? 80 : 32;
    int count = Binary.u16be(b, magic == 0x3bee ? 56 : 12);
    for (int i = 0; i < count && header + i * 8 + 8 <= b.length; i++) {
      int at = Binary.u16be(b, header + i * 8 + 4);
      int flags = b[header + i * 8 + 6];
      if ((flags & IN_LEAF) != 0 && at + 3 <= b.length) {
        int length = b[at + 2] & 0xff;
        put(flags, b, at + 3, length, at + 3 + length, Binary.u16be(b, at));
      }
    }
  }
}
