package io.firmament.analysis.unpack.formats.boot;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The structure block of a flattened device tree, Devicetree Specification 0.4 section 5.4.
/// Values are left where they are.
public final class DeviceTree {
  private static final int BEGIN_NODE = 1;
  private static final int END_NODE = 2;
  private static final int PROPERTY = 3;
  private static final int NOP = 4;
  private static final int MOST_ITEMS = 100_000;
  private static final int DEEPEST = 64;
  private static final int LONGEST_NAME = 256;

  /// A node with its properties and its children, both in their order.
  public record Node(String name, Map<String, ByteSource> properties, List<Node> children) {
    public Optional<Node> child(String wanted) {
      return children.stream().filter(node -> node.name.equals(wanted)).findFirst();
    }

    /// The strings of a property, joined by a comma; empty where it is not there.
    public String text(String property) {
      ByteSource value = properties.get(property);
      if (value == null) {
        return "";
      }
      byte[] bytes = Binary.upTo(value, 0, 1 << 12);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] == 0) {
        end--;
      }
      return new String(bytes, 0, end, java.nio.charset.StandardCharsets.ISO_8859_1)
          .replace('\0', ',');
    }

    /// A property of one 32-bit cell, or -1.
    public long cell(String property) {
      ByteSource value = properties.get(property);
      byte[] bytes = value == null ? new byte[0] : Binary.upTo(value, 0, 4);
      return bytes.length < 4 ? -1 : Binary.u32be(bytes, 0);
    }

    public List<Node> childrenStarting(String prefix) {
      return children.stream().filter(node -> node.name.startsWith(prefix)).toList();
    }
  }

  private final ByteSource source;
  private final long strings;
  private long at;
  private int items;

  private DeviceTree(ByteSource source) throws IOException {
    this.source = source;
    this.at = Binary.u32be(source, 8);
    this.strings = Binary.u32be(source, 12);
  }

  /// The root node of the tree that is all of `source`.
  public static Node root(ByteSource source) throws IOException {
    return new DeviceTree(source).read();
  }

  private Node read() throws IOException {
    Deque<Node> open = new ArrayDeque<>();
    while (items++ < MOST_ITEMS && open.size() <= DEEPEST) {
      switch ((int) Binary.u32be(source, take(4))) {
        case BEGIN_NODE -> {
          String name = string(at);
          take(align(name.length() + 1L));
          Node node = new Node(name, new LinkedHashMap<>(), new ArrayList<>());
          if (!open.isEmpty()) {
            open.peek().children.add(node);
          }
          open.push(node);
        }
        case END_NODE -> {
          Node done = open.poll();
          if (done == null) {
            throw new CorruptException("a device tree node ends that did not begin");
          }
          if (open.isEmpty()) {
            return done;
          }
        }
        case PROPERTY -> property(open.peek());
        case NOP -> {}
        default -> throw new CorruptException("no device tree token at offset " + (at - 4));
      }
    }
    throw new CorruptException("a device tree of too many or too deep nodes");
  }

  private void property(@org.jspecify.annotations.Nullable Node node) throws IOException {
    long length = Binary.u32be(source, take(4));
    String name = string(strings + Binary.u32be(source, take(4)));
    long value = take(align(length));
    if (node == null || length > source.size() - value) {
      throw new CorruptException("a device tree property outside of its tree");
    }
    node.properties.put(name, source.slice(value, length));
  }

  private String string(long offset) {
    byte[] bytes = Binary.upTo(source, offset, LONGEST_NAME);
    return Binary.text(bytes, 0, bytes.length);
  }

  /// The present offset; then moves on.
  private long take(long length) {
    long here = at;
    at += length;
    return here;
  }

  private static long align(long length) {
    return (length + 3) / 4 * 4;
  }
}
