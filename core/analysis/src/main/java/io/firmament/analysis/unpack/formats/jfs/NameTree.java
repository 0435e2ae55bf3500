package io.firmament.analysis.unpack.formats.jfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The tree of a directory's names (`dtroot_t`, `dtpage_t`), whose root is in the inode: nodes of
/// slots of 32 bytes, with a table of the slots in the order of the names.
final class NameTree {
  private static final int SLOT = 32;
  private static final int PAGE = 4096;
  private static final int LEAF = 2;
  private static final int ROOT_TABLE = 24;
  private static final int ROOT_ENTRIES = 8;
  private static final int MOST_DEPTH = 16;
  private static final int LONGEST_NAME = 255;
  private static final int CONTINUED = 15;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;

  NameTree(ByteSource source, SuperBlock block, Allowance allowance) {
    this.source = source;
    this.block = block;
    this.allowance = allowance;
  }

  /// Takes a name and the number of its inode.
  @FunctionalInterface
  interface Names {
    void name(byte[] name, long inode) throws IOException;
  }

  void each(Inode directory, Names names) throws IOException {
    byte[] b = directory.root();
    int count = b[17];
    if (count < 0 || count > ROOT_ENTRIES) {
      throw new CorruptException("the root of a listing makes no sense");
    }
    for (int i = 0; i < count; i++) {
      slot(b, b[ROOT_TABLE + i], (b[16] & LEAF) != 0, names, 0);
    }
  }

  private void page(byte[] b, Names names, int depth) throws IOException {
    int count = b[17] & 0xff;
    int table = (b[21] & 0xff) * SLOT;
    if (depth > MOST_DEPTH || table + count > b.length || count > PAGE / SLOT) {
      throw new CorruptException("a page of a listing makes no sense");
    }
    for (int i = 0; i < count; i++) {
      slot(b, b[table + i], (b[16] & LEAF) != 0, names, depth);
    }
  }

  /// Of a leaf: inode, next slot, length of the name, start of the name; else the place of a page.
  private void slot(byte[] b, int number, boolean leaf, Names names, int depth) throws IOException {
    if (number < 1 || (number + 1) * SLOT > b.length) {
      throw new CorruptException("an entry of a listing makes no sense");
    }
    int at = number * SLOT;
    if (leaf) {
      names.name(name(b, at), Binary.u32le(b, at));
      return;
    }
    Extent extent = Extent.of(b, at);
    allowance.spend(PAGE);
    page(Binary.bytes(source, block.position(extent), PAGE), names, depth + 1);
  }

  private byte[] name(byte[] b, int at) throws CorruptException {
    int length = b[at + 5] & 0xff;
    int first = block.hasIndexes() ? 11 : 13;
    char[] name = new char[Math.min(length, LONGEST_NAME)];
    int done = take(b, at + 6, Math.min(first, name.length), name, 0);
    int next = b[at + 4];
    while (done < name.length) {
      if (next < 1 || (next + 1) * SLOT > b.length) {
        throw new CorruptException("a name without its end");
      }
      int count = Math.min(CONTINUED, name.length - done);
      done = take(b, next * SLOT + 2, count, name, done);
      next = b[next * SLOT];
    }
    return bytes(name);
  }

  private static int take(byte[] b, int from, int count, char[] name, int to) {
    for (int i = 0; i < count; i++) {
      name[to + i] = (char) Binary.u16le(b, from + 2 * i);
    }
    return to + count;
  }

  /// Linux without a character set writes each byte of a name as a character (older versions: with
  /// its sign); all else is Unicode.
  private static byte[] bytes(char[] name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (char c : name) {
      if (c >= 0x100 && c < 0xff80) {
        return new String(name).getBytes(StandardCharsets.UTF_8);
      }
      bytes.write(c);
    }
    return bytes.toByteArray();
  }
}
