package io.firmament.analysis.unpack.formats.ubifs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// A node with all its bytes, in little-endian order: magic, checksum, sequence number, length,
/// type, and then what depends on the type.
///
/// @param position in the volume
/// @param sequence the higher of two nodes of one key is the newer
record Node(long position, long sequence, int type, byte[] bytes) {
  static final int HEADER = 24;
  static final byte[] MAGIC = {0x31, 0x18, 0x10, 0x06};

  static final int INODE = 0;
  static final int DATA = 1;
  static final int ENTRY = 2;
  static final int ATTRIBUTE = 3;
  static final int TRUNCATION = 4;
  static final int PADDING = 5;
  static final int SUPER = 6;
  static final int MASTER = 7;
  static final int REFERENCE = 8;
  static final int INDEX = 9;
  static final int COMMIT = 10;

  /// The node at the position; its checksum fits.
  static Node read(ByteSource volume, long position, int most) throws IOException {
    byte[] head = Binary.bytes(volume, position, HEADER);
    if (!Binary.matches(volume, position, MAGIC)) {
      throw new CorruptException("no node at " + position);
    }
    long length = Binary.u32le(head, 16);
    if (length < HEADER || length > most) {
      throw new CorruptException("a node of %d bytes at %d".formatted(length, position));
    }
    byte[] bytes = Binary.bytes(volume, position, (int) length);
    if (Checksums.crc32Inverted(bytes, 8, bytes.length - 8) != (int) Binary.u32le(bytes, 4)) {
      throw new CorruptException("the checksum of the node at %d is wrong".formatted(position));
    }
    return new Node(position, Binary.i64le(head, 8), head[20] & 0xff, bytes);
  }

  /// A node of that type.
  static Node read(ByteSource volume, long position, int most, int type) throws IOException {
    Node node = read(volume, position, most);
    if (node.type != type) {
      throw new CorruptException("a node of type %d at %d".formatted(node.type, position));
    }
    return node;
  }

  /// One past the node, its padding and, for a padding node, what it pads.
  long end() {
    long end = position + (bytes.length + 7) / 8 * 8L;
    return type == PADDING && bytes.length >= HEADER + 4 ? end + Binary.u32le(bytes, HEADER) : end;
  }

  int u16(int at) throws CorruptException {
    return Binary.u16le(bytes, check(at, 2));
  }

  long u32(int at) throws CorruptException {
    return Binary.u32le(bytes, check(at, 4));
  }

  long i64(int at) throws CorruptException {
    return Binary.i64le(bytes, check(at, 8));
  }

  byte[] range(int at, int length) throws CorruptException {
    return java.util.Arrays.copyOfRange(bytes, check(at, length), at + length);
  }

  private int check(int at, int length) throws CorruptException {
    if (length < 0 || at > bytes.length - length) {
      throw new CorruptException("the node at %d is too short".formatted(position));
    }
    return at;
  }
}
