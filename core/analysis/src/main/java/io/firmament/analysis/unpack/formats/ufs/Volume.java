package io.firmament.analysis.unpack.formats.ufs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/// One file system as inodes and directories.
final class Volume implements InodeReader<Inode> {
  private static final int ROOT = 2;
  private static final int LONGEST_TARGET = 4096;
  private static final int ENTRY_HEADER = 8;

  /// No entry of a directory goes over its end.
  private static final int DIRECTORY_BLOCK = 512;

  private final ByteSource source;
  private final SuperBlock block;
  private final Allowance allowance;

  Volume(ByteSource source, SuperBlock block) {
    this.source = source;
    this.block = block;
    this.allowance = new Allowance(source);
  }

  @Override
  public Inode root() throws IOException {
    return inode(ROOT);
  }

  /// Whether the root is a directory whose first entry, which is for itself, says that it is.
  boolean hasRoot() throws IOException {
    Inode root = root();
    if (root.type() != EntryType.DIRECTORY || root.links() == 0 || root.size() < ENTRY_HEADER) {
      return false;
    }
    try (InputStream in = new Content(root)) {
      byte[] b = in.readNBytes(ENTRY_HEADER);
      return b.length == ENTRY_HEADER && buffer(b).getInt(0) == ROOT;
    }
  }

  private Inode inode(long number) throws IOException {
    byte[] bytes = Binary.bytes(source, block.position(number), block.inodeSize());
    return Inode.of(number, buffer(bytes), block);
  }

  private ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(block.order());
  }

  @Override
  public long number(Inode inode) {
    return inode.number();
  }

  @Override
  public long links(Inode inode) {
    return inode.links();
  }

  @Override
  public void list(Inode directory, Names<Inode> names) throws IOException {
    if (directory.type() != EntryType.DIRECTORY) {
      throw new CorruptException("a directory that is none");
    }
    allowance.spend(Math.max(directory.size(), 0));
    int size = DIRECTORY_BLOCK;
    try (InputStream in = new Content(directory)) {
      for (byte[] b = in.readNBytes(size); b.length == size; b = in.readNBytes(size)) {
        entries(b, names);
      }
    }
  }

  /// Inode, length of the entry, type and length of the name, name; the inode of a free entry is 0.
  private void entries(byte[] bytes, Names<Inode> names) throws IOException {
    ByteBuffer b = buffer(bytes);
    int at = 0;
    while (at + ENTRY_HEADER <= DIRECTORY_BLOCK) {
      long number = Integer.toUnsignedLong(b.getInt(at));
      int whole = Short.toUnsignedInt(b.getShort(at + 4));
      int length = nameLength(b, at);
      if (whole < ENTRY_HEADER || whole > DIRECTORY_BLOCK - at) {
        throw new CorruptException("an entry of a listing makes no sense");
      }
      if (number != 0 && length > 0) {
        if (length > whole - ENTRY_HEADER) {
          throw new CorruptException("a name that is longer than its entry");
        }
        int start = at + ENTRY_HEADER;
        names.name(Arrays.copyOfRange(bytes, start, start + length), () -> inode(number));
      }
      at += whole;
    }
  }

  /// One byte behind the type; where there were no types yet, two bytes.
  private int nameLength(ByteBuffer b, int at) {
    boolean low = block.hasOldInodes() && block.order() == ByteOrder.LITTLE_ENDIAN;
    return b.get(at + (low ? 6 : 7)) & 0xff;
  }

  @Override
  public RawEntry describe(Inode inode, byte[] path) throws IOException {
    EntryType type = inode.type();
    return new RawEntry(
        path,
        type,
        inode.mode() & 07777,
        inode.uid(),
        inode.gid(),
        inode.mtime(),
        RawEntry.isDevice(type) ? RawEntry.newDevice((int) inode.pointers()[0]) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? target(inode) : new byte[0],
        Map.of());
  }

  /// A short one stands in place of the pointers; where the super block does not say how short, one
  /// that holds no blocks does.
  private byte[] target(Inode inode) throws IOException {
    int size = Math.clamp(inode.size(), 0, LONGEST_TARGET);
    boolean inline =
        block.longestInlineTarget() > 0 ? size < block.longestInlineTarget() : inode.blocks() == 0;
    if (inline) {
      return Arrays.copyOf(inode.stored(), Math.min(size, inode.stored().length));
    }
    try (InputStream in = new Content(inode)) {
      return in.readNBytes(size);
    }
  }

  @Override
  public Body content(Inode inode) throws IOException {
    if (inode.size() < 0) {
      throw new CorruptException("a file of %d bytes".formatted(inode.size()));
    }
    return Body.decoded(() -> new Content(inode));
  }

  /// The content of a file; holes are zeros.
  private final class Content extends PieceInputStream {
    private final Inode inode;
    private long position;
    private long tableAt = -1;
    private byte[] table = {};

    Content(Inode inode) {
      this.inode = inode;
    }

    @Override
    protected byte[] next() throws IOException {
      int count = (int) Math.min(block.blockSize(), inode.size() - position);
      long fragment = count <= 0 ? 0 : fragment(position / block.blockSize());
      position += count;
      return fragment == 0
          ? new byte[Math.max(count, 0)]
          : Binary.bytes(source, position(fragment), count);
    }

    private long position(long fragment) throws CorruptException {
      if (fragment < 0 || fragment >= block.fragments()) {
        throw new CorruptException("no fragment " + fragment);
      }
      return fragment * block.fragmentSize();
    }

    private long fragment(long index) throws IOException {
      if (index < Inode.DIRECT) {
        return inode.pointers()[(int) index];
      }
      long perBlock = block.blockSize() / width();
      long rest = index - Inode.DIRECT;
      long span = perBlock;
      for (int i = Inode.DIRECT; i < inode.pointers().length; i++) {
        if (rest < span) {
          return indirect(inode.pointers()[i], rest, span / perBlock);
        }
        rest -= span;
        span *= perBlock;
      }
      throw new CorruptException("a file of too many blocks");
    }

    private int width() {
      return block.version() == 1 ? 4 : 8;
    }

    /// @param span blocks of data below one entry of the table at `fragment`
    private long indirect(long fragment, long index, long span) throws IOException {
      long at = fragment;
      long rest = index;
      long below = span;
      while (at != 0) {
        ByteBuffer b = buffer(table(at, below == 1));
        int entry = (int) (rest / below) * width();
        at = width() == 4 ? Integer.toUnsignedLong(b.getInt(entry)) : b.getLong(entry);
        rest %= below;
        if (below == 1) {
          break;
        }
        below /= block.blockSize() / width();
      }
      return at;
    }

    /// The lowest table is asked for again and again, and kept.
    private byte[] table(long fragment, boolean lowest) throws IOException {
      if (lowest && fragment == tableAt) {
        return table;
      }
      byte[] read = Binary.bytes(source, position(fragment), block.blockSize());
      if (lowest) {
        table = read;
        tableAt = fragment;
      }
      return read;
    }
  }
}
