package io.firmament.analysis.unpack.formats.jffs2;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;

/// Goes from node to node, over erased space and damage.
///
/// An image has no header, so it ends behind the last node that has no more than some erased space
/// or damage before it.
final class Scan {
  /// Half of the blocks of a device may be erased, one of the largest in use be damaged.
  private static final long MOST_ERASED = 1 << 20;

  private static final long MOST_DAMAGED = 256 << 10;
  private static final int WINDOW = 4096;

  /// Takes nodes.
  @FunctionalInterface
  interface Visitor {
    void node(Node node) throws IOException;
  }

  /// What a scan found.
  ///
  /// @param end one past the last node
  /// @param nodes whose headers are sound
  /// @param entries nodes of directories and inodes among them
  /// @param damaged bytes before the end that are neither nodes nor erased nor zero
  /// @param cut the last node goes past the end of the source
  record Found(long end, long nodes, long entries, long damaged, boolean cut) {}

  private final ByteSource source;
  private final ByteOrder order;

  Scan(ByteSource source, ByteOrder order) {
    this.source = source;
    this.order = order;
  }

  /// Visits all nodes from `start` on.
  Found from(long start, Visitor visitor) throws IOException {
    long at = start;
    long end = start;
    long nodes = 0;
    long entries = 0;
    long damaged = 0;
    long gapErased = 0;
    long gapDamaged = 0;
    byte[] window = {};
    long base = 0;
    while (gapErased <= MOST_ERASED && gapDamaged <= MOST_DAMAGED) {
      if (at < base || at + Node.HEADER > base + window.length) {
        // After a node only its successor's header is of interest; in a gap, all that comes.
        window = Binary.upTo(source, at, at == end ? Node.HEADER : WINDOW);
        base = at;
        if (window.length < Node.HEADER) {
          break;
        }
      }
      int in = (int) (at - base);
      Optional<Node> node = Node.read(window, in, order, at);
      if (node.isEmpty()) {
        int word = (int) Binary.u32le(window, in);
        gapErased += word == -1 || word == 0 ? 4 : 0;
        gapDamaged += word == -1 || word == 0 ? 0 : 4;
        at += 4;
        continue;
      }
      damaged += gapDamaged;
      gapErased = 0;
      gapDamaged = 0;
      if (at + node.get().length() > source.size()) {
        return new Found(source.size(), nodes, entries, damaged, true);
      }
      nodes++;
      int type = node.get().type();
      entries += type == Node.DIRENT || type == Node.INODE ? 1 : 0;
      visitor.node(node.get());
      at = node.get().end();
      end = Math.min(at, source.size());
    }
    return new Found(end, nodes, entries, damaged, false);
  }
}
