package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Extended attributes, behind their inode or shared by many.
final class Attributes {
  private static final int HEADER = 12;
  private static final int LONG_PREFIX = 0x80;

  private final Image image;
  private @Nullable List<String> prefixes;

  Attributes(Image image) {
    this.image = image;
  }

  /// A header with the number of shared attributes and where these are, then entries: length of the
  /// name, prefix, size of the value, name, value.
  Map<String, byte[]> of(Inode inode) throws IOException {
    Map<String, byte[]> attributes = new HashMap<>();
    long start = inode.end() - inode.attributes();
    byte[] b = Binary.bytes(image.source(), start, inode.attributes());
    int shared = b[4] & 0xff;
    long base = image.block().attributes() << image.block().blockBits();
    if (HEADER + 4 * shared > b.length) {
      throw new CorruptException("attributes that make no sense");
    }
    for (int i = 0; i < shared; i++) {
      entry(base + 4 * Binary.u32le(b, HEADER + 4 * i), attributes);
    }
    long at = start + HEADER + 4L * shared;
    while (at + 4 <= inode.end()) {
      at = (entry(at, attributes) + 3) / 4 * 4;
    }
    return attributes;
  }

  /// Gives where the entry ends.
  private long entry(long at, Map<String, byte[]> into) throws IOException {
    byte[] head = Binary.bytes(image.source(), at, 4);
    int nameLength = head[0] & 0xff;
    int size = Binary.u16le(head, 2);
    byte[] name = Binary.bytes(image.source(), at + 4, nameLength);
    byte[] value = Binary.bytes(image.source(), at + 4 + nameLength, size);
    into.put(prefix(head[1] & 0xff) + Binary.text(name, 0, nameLength), value);
    return at + 4 + nameLength + size;
  }

  private String prefix(int index) throws IOException {
    if ((index & LONG_PREFIX) != 0) {
      List<String> known = prefixes == null ? read() : prefixes;
      prefixes = known;
      int number = index & ~LONG_PREFIX;
      if (number >= known.size()) {
        throw new CorruptException("no prefix " + number);
      }
      return known.get(number);
    }
    return switch (index) {
      case 1 -> "user.";
      case 2 -> "system.posix_acl_access";
      case 3 -> "system.posix_acl_default";
      case 4 -> "trusted.";
      case 6 -> "security.";
      default -> "unknown" + index + ".";
    };
  }

  /// Long prefixes: a length, the number of a short one, and the rest; in the packed inode where
  /// there is one.
  private List<String> read() throws IOException {
    List<String> all = new ArrayList<>();
    SuperBlock block = image.block();
    long at = 4 * block.prefixStart();
    for (int i = 0; i < block.prefixes(); i++) {
      int length = Binary.u16le(bytes(at, 2), 0);
      byte[] prefix = bytes(at + 2, Math.max(length, 1));
      all.add(prefix(prefix[0] & 0x7f) + Binary.text(prefix, 1, prefix.length - 1));
      at = (at + 2 + length + 3) / 4 * 4;
    }
    return all;
  }

  private byte[] bytes(long at, int length) throws IOException {
    if (!image.block().has(SuperBlock.FRAGMENTS) || image.block().packedInode() == 0) {
      return Binary.bytes(image.source(), at, length);
    }
    try (InputStream in = image.open(image.inode(image.block().packedInode()))) {
      in.skipNBytes(at);
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new CorruptException("a prefix behind the end of the packed inode");
      }
      return bytes;
    }
  }
}
