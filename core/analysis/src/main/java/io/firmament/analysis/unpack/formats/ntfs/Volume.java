package io.firmament.analysis.unpack.formats.ntfs;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One file system as files and directories.
final class Volume implements InodeReader<FileRecord> {
  private static final int ROOT = 5;

  /// The first records are the file system's own files.
  private static final int OWN = 16;

  private static final long NUMBER = 0xffffffffffffL;
  private static final int DOS_NAME = 2;
  private static final int READ_ONLY = 1;
  private static final long UNIX_EPOCH = 11_644_473_600L;
  private static final int MOST_LIST = 1 << 20;
  private static final int MOST_INDEX = 256 << 20;
  private static final long JUNCTION = 0xa0000003L;
  private static final long LINK = 0xa000000cL;
  private static final long UNIX_LINK = 0xa000001dL;

  private final ByteSource source;
  private final BootSector boot;
  private final Sink sink;
  private final Allowance allowance;
  private ByteSource table;

  Volume(ByteSource source, BootSector boot, Sink sink) throws IOException {
    this.source = source;
    this.boot = boot;
    this.sink = sink;
    this.allowance = new Allowance(source);
    this.table = source.slice(boot.table(), boot.record());
    FileRecord first = record(0);
    List<Attribute> parts =
        first.attributes().stream().filter(a -> a.type() == Attribute.DATA).toList();
    if (parts.isEmpty()) {
      throw new CorruptException("the master file table has no place");
    }
    this.table = new Stream(source, boot.cluster(), parts).source();
    this.table = stream(attributes(first), Attribute.DATA, "").source();
  }

  private FileRecord record(long number) throws IOException {
    byte[] b = Binary.bytes(table, Math.multiplyExact(number, boot.record()), boot.record());
    return FileRecord.of(number, b);
  }

  /// The record that a reference names, where it is still used for the same file.
  private FileRecord referred(long reference) throws IOException {
    FileRecord record = record(reference & NUMBER);
    if (!record.isUsed() || record.base() != 0 || record.sequence() != reference >>> 48) {
      throw new CorruptException("record %d is not in use".formatted(record.number()));
    }
    return record;
  }

  /// All attributes, with those in records that go on with this one.
  private List<Attribute> attributes(FileRecord record) throws IOException {
    List<Attribute> all = new ArrayList<>(record.attributes());
    List<Attribute> lists = all.stream().filter(a -> a.type() == Attribute.LIST).toList();
    if (lists.isEmpty()) {
      return all;
    }
    Stream list = new Stream(source, boot.cluster(), lists);
    if (list.size() > MOST_LIST) {
      throw new CorruptException("a list of attributes of %d bytes".formatted(list.size()));
    }
    byte[] b = Binary.bytes(list.source(), 0, (int) list.size());
    Set<Long> others = new LinkedHashSet<>();
    for (int at = 0; at + 26 <= b.length; at += Math.max(Binary.u16le(b, at + 4), 26)) {
      long number = Binary.i64le(b, at + 16) & NUMBER;
      if (number != record.number()) {
        others.add(number);
      }
    }
    for (long number : others) {
      allowance.spend(boot.record());
      FileRecord more = record(number);
      if ((more.base() & NUMBER) == record.number()) {
        all.addAll(more.attributes());
      }
    }
    return all;
  }

  private Stream stream(List<Attribute> attributes, int type, String name) throws IOException {
    List<Attribute> parts =
        attributes.stream().filter(a -> a.type() == type && a.name().equals(name)).toList();
    if (parts.isEmpty()) {
      throw new CorruptException("an attribute of type %x is not there".formatted(type));
    }
    return new Stream(source, boot.cluster(), parts);
  }

  private static boolean has(List<Attribute> attributes, int type) {
    return attributes.stream().anyMatch(a -> a.type() == type);
  }

  @Override
  public FileRecord root() throws IOException {
    return record(ROOT);
  }

  @Override
  public long number(FileRecord record) {
    return record.number();
  }

  @Override
  public long links(FileRecord record) {
    return record.links();
  }

  /// Names are in the root of the index and in blocks; a map says which of the blocks are used.
  @Override
  public void list(FileRecord directory, Names<FileRecord> names) throws IOException {
    List<Attribute> attributes = attributes(directory);
    Stream root = stream(attributes, Attribute.INDEX_ROOT, "$I30");
    byte[] b = Binary.bytes(root.source(), 0, (int) root.size());
    if (b.length < 32) {
      throw new CorruptException("the index makes no sense");
    }
    entries(b, 16, names);
    long size = Binary.u32le(b, 8);
    if (!has(attributes, Attribute.INDEX)) {
      return;
    }
    ByteSource blocks = stream(attributes, Attribute.INDEX, "$I30").source();
    ByteSource map = stream(attributes, Attribute.BITMAP, "$I30").source();
    if (size < 512 || size > 65536 || size % 512 != 0 || blocks.size() > MOST_INDEX) {
      throw new CorruptException("the index makes no sense");
    }
    for (long i = 0; (i + 1) * size <= blocks.size() && i / 8 < map.size(); i++) {
      if ((Binary.u8(map, i / 8) >> i % 8 & 1) != 0) {
        allowance.spend(size);
        byte[] block = Binary.bytes(blocks, i * size, (int) size);
        Fixups.apply(block, "INDX");
        entries(block, 24, names);
      }
    }
  }

  /// @param header position of the header of the entries; offsets count from it
  private void entries(byte[] b, int header, Names<FileRecord> names) throws IOException {
    long end = header + Binary.u32le(b, header + 4);
    long at = header + Binary.u32le(b, header);
    while (at + 16 <= Math.min(end, b.length)) {
      int entry = (int) at;
      int length = Binary.u16le(b, entry + 8);
      if ((Binary.u16le(b, entry + 12) & 2) != 0) {
        return;
      }
      int name = entry + 16 + 66;
      if (length < 82 || entry + length > b.length || name + (b[name - 2] & 0xff) * 2 > b.length) {
        throw new CorruptException("an entry of an index makes no sense");
      }
      long reference = Binary.i64le(b, entry);
      if ((reference & NUMBER) >= OWN && b[name - 1] != DOS_NAME) {
        String text = new String(b, name, (b[name - 2] & 0xff) * 2, StandardCharsets.UTF_16LE);
        names.name(text.getBytes(StandardCharsets.UTF_8), () -> referred(reference));
      }
      at += length;
    }
  }

  @Override
  public RawEntry describe(FileRecord record, byte[] path) throws IOException {
    List<Attribute> attributes = attributes(record);
    long mtime = 0;
    long flags = 0;
    List<String> streams = new ArrayList<>();
    for (Attribute attribute : attributes) {
      byte[] value = attribute.value();
      if (attribute.type() == Attribute.STANDARD && value.length >= 36) {
        mtime = Binary.i64le(value, 8) / 10_000_000 - UNIX_EPOCH;
        flags = Binary.u32le(value, 32);
      } else if (attribute.type() == Attribute.DATA
          && !attribute.name().isEmpty()
          && attribute.firstCluster() == 0) {
        streams.add(attribute.name());
      }
    }
    if (!streams.isEmpty()) {
      sink.unsupported(
          "ntfs: %s has streams beside its content: %s"
              .formatted(new String(path, StandardCharsets.UTF_8), String.join(", ", streams)));
    }
    int taken = (flags & READ_ONLY) != 0 ? 0222 : 0;
    byte[] target = target(record, attributes);
    if (target.length > 0) {
      return new RawEntry(
          path, EntryType.SYMLINK, 0777, 0, 0, mtime, DeviceNumber.NONE, target, Map.of());
    }
    return record.isDirectory()
        ? RawEntry.plain(path, EntryType.DIRECTORY, 0755 & ~taken, mtime)
        : RawEntry.plain(path, EntryType.FILE, 0644 & ~taken, mtime);
  }

  /// Where a symbolic link or junction leads; empty where it is none.
  private byte[] target(FileRecord record, List<Attribute> attributes) throws IOException {
    if (!has(attributes, Attribute.REPARSE)) {
      return record.isDirectory() ? new byte[0] : interixLink(attributes);
    }
    Stream stream = stream(attributes, Attribute.REPARSE, "");
    byte[] b = Binary.upTo(stream.source(), 0, (int) Math.min(stream.size(), 1 << 16));
    long tag = b.length < 16 ? 0 : Binary.u32le(b, 0);
    if (tag == UNIX_LINK) {
      return java.util.Arrays.copyOfRange(b, 12, b.length);
    }
    if (tag != LINK && tag != JUNCTION) {
      sink.unsupported("ntfs: a reparse point of tag " + Long.toHexString(tag));
      return new byte[0];
    }
    int buffer = tag == LINK ? 20 : 16;
    int from = buffer + Binary.u16le(b, 12);
    int length = Binary.u16le(b, 14);
    if (from + length > b.length) {
      throw new CorruptException("a link makes no sense");
    }
    String text = new String(b, from, length, StandardCharsets.UTF_16LE).replace('\\', '/');
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Links of Interix and NTFS-3G are small files.
  private static byte[] interixLink(List<Attribute> attributes) {
    for (Attribute attribute : attributes) {
      byte[] b = attribute.value();
      if (attribute.type() == Attribute.DATA
          && attribute.isResident()
          && attribute.name().isEmpty()
          && b.length > 8
          && Binary.text(b, 0, 8).equals("IntxLNK\1")) {
        return new String(b, 8, b.length - 8, StandardCharsets.UTF_16LE)
            .getBytes(StandardCharsets.UTF_8);
      }
    }
    return new byte[0];
  }

  @Override
  public Body content(FileRecord record) throws IOException {
    List<Attribute> attributes = attributes(record);
    if (attributes.stream().anyMatch(a -> a.type() == Attribute.DATA && a.isEncrypted())) {
      sink.encrypted("ntfs: the content of record " + record.number());
    }
    return stream(attributes, Attribute.DATA, "").body();
  }
}
