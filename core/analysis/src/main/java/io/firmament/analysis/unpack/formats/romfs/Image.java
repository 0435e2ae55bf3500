package io.firmament.analysis.unpack.formats.romfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// One image as files and directories.
final class Image implements InodeReader<FileHeader> {
  private static final byte[] NONE = {};

  private final ByteSource source;

  Image(ByteSource source) {
    this.source = source;
  }

  /// The first file behind the volume's header is `.`, the root.
  @Override
  public FileHeader root() throws IOException {
    long first = 16L + name(16).length + 1;
    return FileHeader.read(source, (first + 15) / 16 * 16);
  }

  @Override
  public long number(FileHeader file) {
    return file.position();
  }

  /// A header does not count its names.
  @Override
  public long links(FileHeader file) {
    return 2;
  }

  /// The files of a directory are chained; a hard link leads to another header.
  @Override
  public void list(FileHeader directory, Names<FileHeader> names) throws IOException {
    Set<Long> seen = new HashSet<>();
    for (long at = directory.info(); at != 0; ) {
      if (!seen.add(at)) {
        throw new CorruptException("a chain of files that bites its tail");
      }
      FileHeader file = FileHeader.read(source, at);
      names.name(name(at + 16), () -> target(file));
      at = file.next();
    }
  }

  private FileHeader target(FileHeader file) throws IOException {
    if (file.kind() != FileHeader.HARD_LINK) {
      return file;
    }
    FileHeader target = FileHeader.read(source, file.info());
    if (target.kind() == FileHeader.HARD_LINK) {
      throw new CorruptException("a hard link to a hard link");
    }
    return target;
  }

  @Override
  public RawEntry describe(FileHeader file, byte[] path) throws IOException {
    if (!file.fits(source)) {
      throw new CorruptException("the checksum of its header is wrong");
    }
    EntryType type = file.type();
    DeviceNumber rdev =
        RawEntry.isDevice(type)
            ? new DeviceNumber((int) (file.info() >>> 16), (int) file.info() & 0xffff)
            : DeviceNumber.NONE;
    byte[] target = NONE;
    if (type == EntryType.SYMLINK) {
      target = Binary.bytes(source, start(file), (int) Math.min(file.size(), 1 << 16));
    }
    return new RawEntry(path, type, file.mode(), 0, 0, 0, rdev, target, Map.of());
  }

  @Override
  public Body content(FileHeader file) throws IOException {
    return Body.range(source, start(file), file.size());
  }

  private long start(FileHeader file) throws IOException {
    long end = file.position() + 16 + name(file.position() + 16).length + 1;
    return (end + 15) / 16 * 16;
  }

  /// A name ends with a NUL.
  private byte[] name(long at) throws IOException {
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (long i = at; ; i += 16) {
      byte[] piece = Binary.bytes(source, i, (int) Math.min(16, Math.max(1, source.size() - i)));
      for (byte b : piece) {
        if (b == 0) {
          return name.toByteArray();
        }
        name.write(b);
      }
      if (name.size() > 1 << 12) {
        throw new CorruptException("a name without an end");
      }
    }
  }
}
