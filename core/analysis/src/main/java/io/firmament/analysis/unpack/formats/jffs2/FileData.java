package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The content of a file: its nodes laid over each other in the order of their versions; what none
/// covers is zero.
final class FileData extends PieceInputStream {
  private static final byte[] END = {};
  private static final int ZEROS = 1 << 16;

  /// What is left of a node under newer ones.
  private record Part(long end, InodeNode node) {}

  private final ByteSource source;
  private final long size;
  private final NavigableMap<Long, Part> parts = new TreeMap<>();
  private long position;
  private long decodedAt = -1;
  private byte[] decoded = END;

  /// @param size of the file
  /// @param damage hears about nodes that are left out
  FileData(
      ByteSource source, ByteOrder order, long[] nodes, long size, Consumer<IOException> damage) {
    this.source = source;
    this.size = size;
    for (InodeNode node : sound(source, order, nodes, damage)) {
      if (node.length() > 0) {
        lay(node);
      }
    }
  }

  private static List<InodeNode> sound(
      ByteSource source, ByteOrder order, long[] nodes, Consumer<IOException> damage) {
    List<InodeNode> sound = new ArrayList<>(nodes.length);
    for (long position : nodes) {
      try {
        InodeNode node = InodeNode.read(source, position, order);
        node.data(source);
        sound.add(node);
      } catch (IOException e) {
        damage.accept(e);
      }
    }
    sound.sort(Comparator.comparingLong(InodeNode::version).thenComparingLong(InodeNode::position));
    return sound;
  }

  private void lay(InodeNode node) {
    long start = node.offset();
    long end = start + node.length();
    Map.Entry<Long, Part> before = parts.lowerEntry(start);
    if (before != null && before.getValue().end > start) {
      Part part = before.getValue();
      parts.put(before.getKey(), new Part(start, part.node));
      if (part.end > end) {
        parts.put(end, part);
      }
    }
    NavigableMap<Long, Part> under = parts.subMap(start, true, end, false);
    Map.Entry<Long, Part> last = under.lastEntry();
    if (last != null && last.getValue().end > end) {
      parts.put(end, last.getValue());
    }
    under.clear();
    parts.put(start, new Part(end, node));
  }

  @Override
  protected byte[] next() throws IOException {
    long left = size - position;
    if (left <= 0) {
      return END;
    }
    Map.Entry<Long, Part> at = parts.floorEntry(position);
    if (at == null || at.getValue().end <= position) {
      Long following = parts.higherKey(position);
      long hole = following == null ? left : Math.min(left, following - position);
      return zeros(hole);
    }
    InodeNode node = at.getValue().node;
    long count = Math.min(left, at.getValue().end - position);
    if (node.compression() == Codec.ZERO) {
      return zeros(count);
    }
    if (decodedAt != node.position()) {
      decoded = Codec.decode(node.compression(), node.data(source), (int) node.length());
      decodedAt = node.position();
    }
    int from = (int) (position - node.offset());
    position += count;
    return Arrays.copyOfRange(decoded, from, (int) (from + count));
  }

  private byte[] zeros(long count) {
    int n = (int) Math.min(count, ZEROS);
    position += n;
    return new byte[n];
  }
}
