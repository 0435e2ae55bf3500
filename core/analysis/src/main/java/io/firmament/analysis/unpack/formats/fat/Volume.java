package io.firmament.analysis.unpack.formats.fat;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.archive.DosTime;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// One file system as files and directories.
final class Volume implements InodeReader<Node> {
  private static final int PAGE = 1 << 12;
  private static final int PIECE = 1 << 16;
  private static final int FREE = 0xe5;

  /// A directory has at most 65,536 entries.
  private static final long MOST_LISTING = 65_536L * BootSector.ENTRY;

  private final ByteSource source;
  private final BootSector boot;
  private final Allowance allowance;
  private byte[] page = {};
  private long pageAt = -1;

  Volume(ByteSource source, BootSector boot) {
    this.source = source;
    this.boot = boot;
    this.allowance = new Allowance(source);
  }

  @Override
  public Node root() {
    return new Node(boot.rootCluster(), Node.DIRECTORY, boot.rootCluster(), 0, 0);
  }

  @Override
  public long number(Node node) {
    return node.number();
  }

  @Override
  public long links(Node node) {
    return 1;
  }

  @Override
  public void list(Node directory, Names<Node> names) throws IOException {
    EntryName longName = new EntryName();
    try (InputStream in = listing(directory)) {
      for (byte[] e = in.readNBytes(BootSector.ENTRY);
          e.length == BootSector.ENTRY && e[0] != 0;
          e = in.readNBytes(BootSector.ENTRY)) {
        int attributes = e[11] & 0x3f;
        if ((e[0] & 0xff) == FREE) {
          longName.forget();
        } else if (attributes == Node.LONG_NAME) {
          longName.part(e);
        } else if ((attributes & Node.LABEL) != 0) {
          longName.forget();
        } else {
          Node node = node(e, attributes);
          names.name(longName.of(e), () -> node);
        }
      }
    }
  }

  private Node node(byte[] e, int attributes) {
    long high = boot.bits() == 32 ? (long) Binary.u16le(e, 20) << 16 : 0;
    long cluster = high | Binary.u16le(e, 26);
    return new Node(
        cluster,
        attributes,
        cluster,
        Binary.u32le(e, 28),
        DosTime.seconds(Binary.u16le(e, 24), Binary.u16le(e, 22)));
  }

  private InputStream listing(Node directory) throws IOException {
    if (directory.cluster() == 0) {
      long length = (long) boot.rootEntries() * BootSector.ENTRY;
      return new java.io.ByteArrayInputStream(Binary.bytes(source, boot.root(), (int) length));
    }
    return new Chain(directory.cluster(), MOST_LISTING, true);
  }

  /// FAT has no modes: what is read-only loses the right to write.
  @Override
  public RawEntry describe(Node node, byte[] path) {
    int mode = node.isDirectory() ? 0755 : 0644;
    int taken = (node.attributes() & Node.READ_ONLY) != 0 ? 0222 : 0;
    EntryType type = node.isDirectory() ? EntryType.DIRECTORY : EntryType.FILE;
    return RawEntry.plain(path, type, mode & ~taken, node.mtime());
  }

  @Override
  public Body content(Node node) {
    return Body.decoded(() -> new Chain(node.cluster(), node.size(), false));
  }

  /// The next cluster; -1 behind the last one.
  private long next(long cluster) throws IOException {
    int bits = boot.bits();
    long at = boot.table() + cluster * bits / 8;
    long value =
        switch (bits) {
          case 12 -> {
            int pair = byteAt(at) | byteAt(at + 1) << 8;
            yield (cluster & 1) == 0 ? pair & 0xfff : pair >> 4;
          }
          case 16 -> byteAt(at) | byteAt(at + 1) << 8;
          default ->
              byteAt(at)
                  | byteAt(at + 1) << 8
                  | byteAt(at + 2) << 16
                  | (long) (byteAt(at + 3) & 0x0f) << 24;
        };
    long end = bits == 32 ? 0x0ffffff8L : (1L << bits) - 8;
    return value >= end ? -1 : value;
  }

  private int byteAt(long at) throws IOException {
    if (at / PAGE != pageAt) {
      page = Binary.upTo(source, at / PAGE * PAGE, PAGE);
      pageAt = at / PAGE;
    }
    int within = (int) (at % PAGE);
    if (within >= page.length) {
      throw new io.firmament.analysis.unpack.io.TruncatedException("the table is cut off");
    }
    return page[within] & 0xff;
  }

  /// Clusters that are linked in the table, neighbours in one piece.
  private final class Chain extends PieceInputStream {
    private final boolean listing;
    private long cluster;
    private long left;

    /// @param listing ends with the last cluster; a file must have them all
    Chain(long cluster, long size, boolean listing) {
      this.cluster = cluster;
      this.left = size;
      this.listing = listing;
    }

    @Override
    protected byte[] next() throws IOException {
      if (left <= 0 || (listing && cluster < 0)) {
        return new byte[0];
      }
      long first = cluster;
      long bytes = 0;
      do {
        if (cluster < 2 || cluster >= boot.clusters() + 2) {
          throw new CorruptException("%d bytes have no cluster".formatted(left));
        }
        long following = Volume.this.next(cluster);
        bytes += boot.cluster();
        boolean neighbour = following == cluster + 1;
        cluster = following;
        if (!neighbour) {
          break;
        }
      } while (bytes < left && bytes + boot.cluster() <= PIECE);
      int count = (int) Math.min(bytes, left);
      if (listing) {
        allowance.spend(count);
      }
      left -= count;
      byte[] piece = Binary.upTo(source, boot.data() + (first - 2) * boot.cluster(), count);
      if (piece.length < count) {
        left = 0;
        if (piece.length == 0) {
          throw new io.firmament.analysis.unpack.io.TruncatedException("the data is cut off");
        }
        return piece;
      }
      return piece;
    }
  }

  /// The label in the root directory, else empty.
  String label() throws IOException {
    try (InputStream in = listing(root())) {
      for (byte[] e = in.readNBytes(BootSector.ENTRY);
          e.length == BootSector.ENTRY && e[0] != 0;
          e = in.readNBytes(BootSector.ENTRY)) {
        int attributes = e[11] & 0x3f;
        if ((e[0] & 0xff) != FREE
            && attributes != Node.LONG_NAME
            && (attributes & Node.LABEL) != 0) {
          return Binary.text(Arrays.copyOf(e, 11), 0, 11).strip();
        }
      }
    }
    return "";
  }
}
