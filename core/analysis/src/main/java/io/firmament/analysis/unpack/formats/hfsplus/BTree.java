package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// A B-tree in a file (TN1150, "B-Trees"), read along its leaves.
final class BTree {
  private static final int DESCRIPTOR = 14;
  private static final int LEAF = -1;

  private BTree() {}

  /// Takes a record: its key with the length before it, and its data.
  @FunctionalInterface
  interface Use {
    void record(byte[] node, int key, int keyLength, int data, int end) throws IOException;
  }

  static void each(ByteSource file, Allowance allowance, Use use) throws IOException {
    byte[] header = Binary.bytes(file, DESCRIPTOR, 32);
    int size = Binary.u16be(header, 18);
    long next = Binary.u32be(header, 10);
    if (size < 512 || size > 32768 || Integer.bitCount(size) != 1) {
      throw new CorruptException("nodes of %d bytes".formatted(size));
    }
    while (next != 0) {
      allowance.spend(size);
      byte[] b = Binary.bytes(file, next * size, size);
      if (b[8] != LEAF) {
        throw new CorruptException("a leaf of a tree is none");
      }
      records(b, use);
      next = Binary.u32be(b, 0);
    }
  }

  /// Offsets of the records stand at the end of the node, the first one last.
  private static void records(byte[] b, Use use) throws IOException {
    int count = Binary.u16be(b, 10);
    if (count * 2 + 2 > b.length - DESCRIPTOR) {
      throw new CorruptException("%d records in a node".formatted(count));
    }
    for (int i = 0; i < count; i++) {
      int start = Binary.u16be(b, b.length - 2 * (i + 1));
      int end = Binary.u16be(b, b.length - 2 * (i + 2));
      int keyLength = start + 2 <= end && end <= b.length ? Binary.u16be(b, start) : -1;
      int data = start + 2 + keyLength + (keyLength & 1);
      if (keyLength < 6 || start < DESCRIPTOR || data > end) {
        throw new CorruptException("a record of a node makes no sense");
      }
      use.record(b, start + 2, keyLength, data, end);
    }
  }
}
