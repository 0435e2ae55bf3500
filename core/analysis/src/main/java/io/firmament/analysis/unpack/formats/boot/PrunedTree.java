package io.firmament.analysis.unpack.formats.boot;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.boot.DeviceTree.Node;
import io.firmament.analysis.unpack.io.Binary;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Writes a device tree again without its long values: what a FIT says of its images and of their
/// signatures, without the images.
final class PrunedTree {
  private static final int LONGEST_VALUE = 1 << 12;
  private static final int HEADER = 40;
  private static final int RESERVATIONS = 16;
  private static final int VERSION = 17;
  private static final int COMPATIBLE = 16;

  private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final Map<String, Integer> names = new HashMap<>();

  private PrunedTree() {}

  /// The tree as a file, Devicetree Specification 0.4 chapter 5.
  static byte[] of(Node root) {
    PrunedTree tree = new PrunedTree();
    tree.node(root);
    tree.number(9);
    int from = HEADER + RESERVATIONS;
    int text = from + tree.structure.size();
    ByteBuffer file = ByteBuffer.allocate(text + tree.strings.size());
    file.putInt(0xd00dfeed).putInt(file.capacity()).putInt(from).putInt(text).putInt(HEADER);
    file.putInt(VERSION).putInt(COMPATIBLE).putInt(0);
    file.putInt(tree.strings.size()).putInt(tree.structure.size());
    file.position(from).put(tree.structure.toByteArray()).put(tree.strings.toByteArray());
    return file.array();
  }

  private void node(Node node) {
    number(1);
    padded((node.name() + "\0").getBytes(StandardCharsets.ISO_8859_1));
    for (Map.Entry<String, ByteSource> property : node.properties().entrySet()) {
      if (property.getValue().size() <= LONGEST_VALUE) {
        byte[] value = Binary.upTo(property.getValue(), 0, LONGEST_VALUE);
        number(3);
        number(value.length);
        number(names.computeIfAbsent(property.getKey(), this::string));
        padded(value);
      }
    }
    node.children().forEach(this::node);
    number(2);
  }

  private int string(String name) {
    int at = strings.size();
    strings.writeBytes((name + "\0").getBytes(StandardCharsets.ISO_8859_1));
    return at;
  }

  private void number(int value) {
    structure.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
  }

  private void padded(byte[] bytes) {
    structure.writeBytes(bytes);
    while (structure.size() % 4 != 0) {
      structure.write(0);
    }
  }
}
