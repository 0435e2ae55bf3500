package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/// Extended attributes: nodes with a name and a value, and nodes that say which inode has them.
final class Attributes {
  /// A name and value that inodes share.
  private record Attribute(long version, String name, byte[] value) {}

  /// @param inode that has the attribute
  /// @param attribute number of it
  private record Reference(long inode, long attribute) {}

  private final Map<Long, Attribute> attributes = new HashMap<>();
  private final Map<Reference, Long> references = new HashMap<>();

  /// Header, number, version, kind of prefix, length of the name, length of the value, checksums of
  /// data and node; then name, NUL, value.
  void attribute(ByteSource source, Node node, ByteOrder order) throws IOException {
    byte[] head = Binary.bytes(source, node.position(), 32);
    ByteBuffer b = ByteBuffer.wrap(head).order(order);
    int nameLength = head[21] & 0xff;
    int valueLength = Short.toUnsignedInt(b.getShort(22));
    byte[] data = Binary.bytes(source, node.position() + 32, nameLength + 1 + valueLength);
    if (Checksums.crc32FromZero(head, 0, 28) != b.getInt(28)
        || Checksums.crc32FromZero(data, 0, data.length) != b.getInt(24)) {
      throw new CorruptException("the attribute at " + node.position() + " is damaged");
    }
    long version = Integer.toUnsignedLong(b.getInt(16));
    byte[] value = new byte[valueLength];
    System.arraycopy(data, nameLength + 1, value, 0, valueLength);
    Attribute attribute =
        new Attribute(version, prefix(head[20]) + Binary.text(data, 0, nameLength), value);
    attributes.merge(
        Integer.toUnsignedLong(b.getInt(12)),
        attribute,
        (old, now) -> now.version >= old.version ? now : old);
  }

  /// Header, inode, attribute, sequence number, checksum; an odd number is a removal.
  void reference(ByteSource source, Node node, ByteOrder order) throws IOException {
    byte[] head = Binary.bytes(source, node.position(), 28);
    ByteBuffer b = ByteBuffer.wrap(head).order(order);
    if (Checksums.crc32FromZero(head, 0, 24) != b.getInt(24)) {
      throw new CorruptException("the reference at " + node.position() + " is damaged");
    }
    references.merge(
        new Reference(Integer.toUnsignedLong(b.getInt(12)), Integer.toUnsignedLong(b.getInt(16))),
        Integer.toUnsignedLong(b.getInt(20)),
        Math::max);
  }

  /// By inode, by full name.
  Map<Long, Map<String, byte[]>> byInode() {
    Map<Long, Map<String, byte[]>> all = new HashMap<>();
    references.forEach(
        (reference, sequence) -> {
          Attribute attribute = attributes.get(reference.attribute);
          if ((sequence & 1) == 0 && attribute != null) {
            all.computeIfAbsent(reference.inode, inode -> new HashMap<>())
                .put(attribute.name, attribute.value);
          }
        });
    return all;
  }

  private static String prefix(byte kind) {
    return switch (kind) {
      case 1 -> "user.";
      case 2 -> "security.";
      case 3 -> "system.posix_acl_access";
      case 4 -> "system.posix_acl_default";
      case 5 -> "trusted.";
      default -> "unknown" + kind + ".";
    };
  }
}
