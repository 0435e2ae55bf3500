package io.firmament.analysis.unpack.formats.exfat;

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
import java.nio.charset.StandardCharsets;

/// One file system as files and directories.
final class Volume implements InodeReader<Node> {
  private static final int ENTRY = 32;
  private static final int FILE = 0x85;
  private static final int LABEL = 0x83;
  private static final int STREAM = 0xc0;
  private static final int NAME = 0xc1;
  private static final int UNITS = 15;
  private static final int PIECE = 1 << 16;

  /// Section 7.4 allows directories of 256 MiB.
  private static final long MOST_LISTING = 256L << 20;

  private final ByteSource source;
  private final BootSector boot;
  private final Allowance allowance;

  Volume(ByteSource source, BootSector boot) {
    this.source = source;
    this.boot = boot;
    this.allowance = new Allowance(source);
  }

  @Override
  public Node root() {
    return new Node(16, boot.root(), false, MOST_LISTING, MOST_LISTING, 0);
  }

  @Override
  public long number(Node node) {
    return node.cluster();
  }

  @Override
  public long links(Node node) {
    return 1;
  }

  /// A file is a set of entries: the file, its stream, and its name in parts of 15 characters.
  @Override
  public void list(Node directory, Names<Node> names) throws IOException {
    if (directory.cluster() == 0) {
      return;
    }
    try (InputStream in = new Chain(directory, true)) {
      for (byte[] e = in.readNBytes(ENTRY);
          e.length == ENTRY && e[0] != 0;
          e = in.readNBytes(ENTRY)) {
        if ((e[0] & 0xff) == FILE) {
          file(e, in, names);
        }
      }
    }
  }

  private void file(byte[] file, InputStream in, Names<Node> names) throws IOException {
    int count = file[1] & 0xff;
    byte[] rest = in.readNBytes(count * ENTRY);
    int sum = 0;
    for (int i = 0; i < ENTRY + rest.length; i++) {
      if (i != 2 && i != 3) {
        int b = (i < ENTRY ? file[i] : rest[i - ENTRY]) & 0xff;
        sum = ((sum & 1) << 15) + (sum >> 1) + b & 0xffff;
      }
    }
    boolean sound =
        rest.length == count * ENTRY
            && count >= 2
            && sum == Binary.u16le(file, 2)
            && (rest[0] & 0xff) == STREAM
            && 1 + ((rest[3] & 0xff) + UNITS - 1) / UNITS <= count;
    if (!sound) {
      throw new CorruptException("the entries of a file make no sense");
    }
    int length = rest[3] & 0xff;
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int at = (1 + i / UNITS) * ENTRY;
      if ((rest[at] & 0xff) != NAME) {
        throw new CorruptException("the name of a file is not whole");
      }
      name.append((char) Binary.u16le(rest, at + 2 + i % UNITS * 2));
    }
    Node node =
        new Node(
            Binary.u16le(file, 4),
            Binary.u32le(rest, 20),
            (rest[1] & 2) != 0,
            Binary.i64le(rest, 24),
            Binary.i64le(rest, 8),
            time(file));
    names.name(name.toString().getBytes(StandardCharsets.UTF_8), () -> node);
  }

  /// Local time, and where it is known how far it is from UTC, in quarters of an hour.
  private static long time(byte[] file) {
    long local = DosTime.seconds(Binary.u16le(file, 14), Binary.u16le(file, 12));
    int zone = file[23];
    return zone < 0 && local != 0 ? local - (long) (zone << 25 >> 25) * 900 : local;
  }

  @Override
  public RawEntry describe(Node node, byte[] path) {
    int mode = node.isDirectory() ? 0755 : 0644;
    EntryType type = node.isDirectory() ? EntryType.DIRECTORY : EntryType.FILE;
    return RawEntry.plain(path, type, node.isReadOnly() ? mode & ~0222 : mode, node.mtime());
  }

  @Override
  public Body content(Node node) throws IOException {
    if (node.size() < 0 || node.written() < 0 || node.written() > node.size()) {
      throw new CorruptException("a file of %d bytes".formatted(node.size()));
    }
    return Body.decoded(() -> new Chain(node, false));
  }

  /// The volume's label; empty where it has none.
  String label() throws IOException {
    try (InputStream in = new Chain(root(), true)) {
      for (byte[] e = in.readNBytes(ENTRY);
          e.length == ENTRY && e[0] != 0;
          e = in.readNBytes(ENTRY)) {
        if ((e[0] & 0xff) == LABEL && e[1] <= 11) {
          return new String(e, 2, Math.max(e[1], 0) * 2, StandardCharsets.UTF_16LE);
        }
      }
    }
    return "";
  }

  /// The clusters of a file or directory.
  private final class Chain extends PieceInputStream {
    private final Node node;
    private final boolean listing;
    private long cluster;
    private long position;

    /// @param listing may end with its last cluster; a file must have them all
    Chain(Node node, boolean listing) {
      this.node = node;
      this.listing = listing;
      this.cluster = node.cluster();
    }

    @Override
    protected byte[] next() throws IOException {
      long left = (listing ? Math.min(node.size(), MOST_LISTING) : node.size()) - position;
      if (left <= 0 || (listing && cluster < 0)) {
        return new byte[0];
      }
      if (!listing && position >= node.written()) {
        byte[] zeros = new byte[(int) Math.min(left, PIECE)];
        position += zeros.length;
        return zeros;
      }
      if (cluster < 2 || cluster >= boot.clusters() + 2) {
        throw new CorruptException("%d bytes have no cluster".formatted(left));
      }
      long end = listing ? left : Math.min(left, node.written() - position);
      int within = (int) (position % boot.cluster());
      int count = (int) Math.min(Math.min(end, PIECE), boot.cluster() - within);
      if (listing) {
        allowance.spend(count);
      }
      long at = boot.heap() + (cluster - 2) * boot.cluster() + within;
      byte[] piece = Binary.bytes(source, at, count);
      position += count;
      if (position % boot.cluster() == 0) {
        cluster = node.inOnePiece() ? cluster + 1 : following(cluster);
      }
      return piece;
    }

    private long following(long from) throws IOException {
      long next = Binary.u32le(source, boot.table() + from * 4);
      return next >= 0xfffffff8L ? -1 : next;
    }
  }
}
