package io.firmament.analysis.identity;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Builds flattened device trees, for tests.
public final class TestDeviceTree {
  private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

  public TestDeviceTree begin(String name) {
    number(1);
    padded((name + "\0").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public TestDeviceTree property(String name, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    number(3);
    number(bytes.length);
    number(strings.size());
    strings.writeBytes((name + "\0").getBytes(StandardCharsets.UTF_8));
    padded(bytes);
    return this;
  }

  public TestDeviceTree end() {
    number(2);
    return this;
  }

  public byte[] build() {
    number(9);
    int strings0 = 40 + 16 + structure.size();
    ByteBuffer tree = ByteBuffer.allocate(strings0 + strings.size());
    tree.putInt(0xd00dfeed).putInt(tree.capacity()).putInt(56).putInt(strings0).putInt(40);
    tree.putInt(17).putInt(16).putInt(0).putInt(strings.size()).putInt(structure.size());
    tree.position(56).put(structure.toByteArray()).put(strings.toByteArray());
    return tree.array();
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
