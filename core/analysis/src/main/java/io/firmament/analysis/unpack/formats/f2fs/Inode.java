package io.firmament.analysis.unpack.formats.f2fs;

import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import java.util.Arrays;

/// An inode as the raw block of its node with names for its fields.
///
/// @param attributeWords addresses at the end of the inode that are taken by attributes
record Inode(long number, byte[] raw, int attributeWords) {
  private static final int ADDRESSES = 360;
  private static final int WORDS = 923;
  private static final int INLINE_ATTRIBUTES = 0x1;
  private static final int INLINE_DATA = 0x2;
  private static final int INLINE_ENTRIES = 0x4;
  private static final int EXTRA = 0x20;
  private static final int ENCRYPTED = 0x4;
  private static final int COMPRESSED = 0x4;
  private static final int USUAL_ATTRIBUTES = 50;

  static Inode of(long number, byte[] raw, boolean flexible) {
    int flags = raw[3];
    int words = 0;
    if (flexible && (flags & EXTRA) != 0) {
      words = Math.min(Binary.u16le(raw, ADDRESSES + 2), WORDS / 2);
    } else if ((flags & (INLINE_ATTRIBUTES | INLINE_ENTRIES)) != 0) {
      words = USUAL_ATTRIBUTES;
    }
    return new Inode(number, raw, words);
  }

  int mode() {
    return Binary.u16le(raw, 0);
  }

  EntryType type() {
    return RawEntry.type(mode());
  }

  long uid() {
    return Binary.u32le(raw, 4);
  }

  long gid() {
    return Binary.u32le(raw, 8);
  }

  long links() {
    return Binary.u32le(raw, 12);
  }

  long size() {
    return Binary.i64le(raw, 16);
  }

  long mtime() {
    return Binary.i64le(raw, 48);
  }

  long attributeNode() {
    return Binary.u32le(raw, 76);
  }

  boolean isEncrypted() {
    return (raw[2] & ENCRYPTED) != 0;
  }

  boolean isCompressed() {
    return (raw[80] & COMPRESSED) != 0 && (raw[3] & EXTRA) != 0;
  }

  /// 0 LZO, 1 LZ4, 2 zstd, 3 LZO-RLE.
  int algorithm() {
    return raw[ADDRESSES + 32];
  }

  /// Binary logarithm of the blocks of a cluster.
  int clusterBits() {
    return raw[ADDRESSES + 33];
  }

  boolean hasInlineData() {
    return (raw[3] & INLINE_DATA) != 0;
  }

  boolean hasInlineEntries() {
    return (raw[3] & INLINE_ENTRIES) != 0;
  }

  private int extra() {
    return (raw[3] & EXTRA) != 0
        ? Math.min(Binary.u16le(raw, ADDRESSES) / 4 * 4, 4 * WORDS / 2)
        : 0;
  }

  /// How many addresses of data blocks the inode has.
  int addresses() {
    int count = Math.max(0, WORDS - extra() / 4 - attributeWords);
    return isCompressed() ? count >> clusterBits() << clusterBits() : count;
  }

  long address(int index) {
    return Binary.u32le(raw, ADDRESSES + extra() + 4 * index);
  }

  /// Data or entries in the place of the addresses, of which the first is left out.
  byte[] inline() {
    int start = ADDRESSES + extra() + 4;
    int end = ADDRESSES + 4 * (WORDS - attributeWords);
    return Arrays.copyOfRange(raw, start, Math.max(start, end));
  }

  /// Attributes in the place of the last addresses.
  byte[] inlineAttributes() {
    int end = ADDRESSES + 4 * WORDS;
    return (raw[3] & INLINE_ATTRIBUTES) != 0
        ? Arrays.copyOfRange(raw, end - 4 * attributeWords, end)
        : new byte[0];
  }

  /// Nodes with further addresses: two direct ones, two indirect ones, a double indirect one.
  long node(int index) {
    return Binary.u32le(raw, ADDRESSES + 4 * WORDS + 4 * index);
  }
}
