package io.firmament.analysis.unpack.formats.iso;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.InodeReader;
import io.firmament.analysis.unpack.formats.RawEntry;
import io.firmament.analysis.unpack.formats.Runs;
import io.firmament.analysis.unpack.io.Allowance;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One volume as files and directories, with the best names that it has.
final class Volume implements InodeReader<Node> {
  private static final int MOST_LISTING = 64 << 20;
  private static final int SMALLEST_RECORD = 34;

  private final ByteSource source;
  private final Descriptors descriptors;
  private final Allowance allowance;
  private final int skip;
  private final boolean joliet;
  private final Set<Long> extents = new HashSet<>();

  Volume(ByteSource source, Descriptors descriptors) throws IOException {
    this.source = source;
    this.descriptors = descriptors;
    this.allowance = new Allowance(source);
    this.skip = skip(source, descriptors);
    this.joliet = skip < 0 && descriptors.joliet().length > 0;
  }

  /// Bytes before the System Use fields of each record; -1 where there is no Rock Ridge.
  static int skip(ByteSource source, Descriptors descriptors) throws IOException {
    DirectoryRecord root = DirectoryRecord.of(descriptors.root(), 0);
    byte[] b = Binary.upTo(source, root.extent() * descriptors.block(), Descriptors.SECTOR);
    if (b.length < SMALLEST_RECORD || (b[0] & 0xff) < SMALLEST_RECORD || (b[0] & 0xff) > b.length) {
      return -1;
    }
    RockRidge first =
        RockRidge.read(
            source,
            descriptors.block(),
            DirectoryRecord.of(b, 0).system(),
            0,
            new Allowance(source));
    return first.skip >= 0 && first.mode >= 0 ? first.skip : -1;
  }

  String names() {
    return skip >= 0 ? "Rock Ridge" : joliet ? "Joliet" : "plain";
  }

  /// Blocks where contents begin.
  Set<Long> extents() {
    return extents;
  }

  @Override
  public Node root() throws IOException {
    DirectoryRecord root =
        DirectoryRecord.of(joliet ? descriptors.joliet() : descriptors.root(), 0);
    return new Node(root.extent(), true, List.of(root), new RockRidge());
  }

  @Override
  public long number(Node node) {
    return node.number();
  }

  @Override
  public long links(Node node) {
    return 1;
  }

  /// Records do not cross the end of a sector; the rest of it is zeros.
  @Override
  public void list(Node directory, Names<Node> names) throws IOException {
    long length = directory.size();
    if (length > MOST_LISTING) {
      throw new CorruptException("a listing of " + length + " bytes");
    }
    allowance.spend(length);
    byte[] b = Binary.bytes(source, directory.number() * descriptors.block(), (int) length);
    List<DirectoryRecord> sections = new ArrayList<>();
    int at = 0;
    while (at + SMALLEST_RECORD <= b.length) {
      int size = b[at] & 0xff;
      if (size == 0) {
        at = (at / Descriptors.SECTOR + 1) * Descriptors.SECTOR;
        continue;
      }
      if (size < SMALLEST_RECORD || at + size > b.length) {
        throw new CorruptException("a record of a listing makes no sense");
      }
      DirectoryRecord record = DirectoryRecord.of(b, at);
      at += size;
      if (record.isDots() || record.isAssociated()) {
        continue;
      }
      sections.add(record);
      if (!record.hasMore()) {
        give(List.copyOf(sections), names);
        sections.clear();
      }
    }
  }

  private void give(List<DirectoryRecord> sections, Names<Node> names) throws IOException {
    DirectoryRecord record = sections.getLast();
    RockRidge rock =
        skip < 0
            ? new RockRidge()
            : RockRidge.read(source, descriptors.block(), record.system(), skip, allowance);
    if (rock.moved) {
      return;
    }
    byte[] name = rock.isNamed() ? rock.name() : name(record.name());
    if (rock.child != 0) {
      names.name(name, () -> relocated(rock));
      return;
    }
    boolean isDirectory = record.isDirectory();
    long number = isDirectory ? sections.getFirst().extent() : -1;
    Node node = new Node(number, isDirectory, sections, rock);
    names.name(name, () -> node);
  }

  /// A directory that is deeper than ISO 9660 allows stands elsewhere; its first record has its
  /// size.
  private Node relocated(RockRidge rock) throws IOException {
    byte[] b = Binary.bytes(source, rock.child * descriptors.block(), 255);
    if ((b[0] & 0xff) < SMALLEST_RECORD) {
      throw new CorruptException("a directory that was moved is not there");
    }
    DirectoryRecord self = DirectoryRecord.of(b, 0);
    RockRidge own = RockRidge.read(source, descriptors.block(), self.system(), skip, allowance);
    return new Node(self.extent(), true, List.of(self), own);
  }

  /// Joliet's names are UCS-2; of both the version behind the semicolon is left out.
  private byte[] name(byte[] raw) {
    String text = new String(raw, joliet ? StandardCharsets.UTF_16BE : StandardCharsets.ISO_8859_1);
    int version = text.lastIndexOf(';');
    text = version > 0 ? text.substring(0, version) : text;
    text = text.endsWith(".") && text.length() > 1 ? text.substring(0, text.length() - 1) : text;
    return text.getBytes(joliet ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
  }

  @Override
  public RawEntry describe(Node node, byte[] path) {
    RockRidge rock = node.rock();
    long mtime = rock.mtime >= 0 ? rock.mtime : node.first().mtime();
    EntryType listed = node.isDirectory() ? EntryType.DIRECTORY : EntryType.FILE;
    if (rock.mode < 0) {
      return RawEntry.plain(path, listed, node.isDirectory() ? 0555 : 0444, mtime);
    }
    EntryType type = node.isDirectory() ? EntryType.DIRECTORY : RawEntry.type(rock.mode);
    return new RawEntry(
        path,
        type == EntryType.DIRECTORY ? listed : type,
        rock.mode & 07777,
        rock.uid,
        rock.gid,
        mtime,
        RawEntry.isDevice(type) ? device(rock) : DeviceNumber.NONE,
        type == EntryType.SYMLINK ? rock.target() : new byte[0],
        Map.of());
  }

  /// Some writers put both numbers into the second field.
  private static DeviceNumber device(RockRidge rock) {
    return rock.major == 0 && rock.minor > 0xff
        ? RawEntry.newDevice((int) rock.minor)
        : new DeviceNumber((int) rock.major, (int) rock.minor);
  }

  @Override
  public Body content(Node node) throws IOException {
    Runs runs = new Runs();
    for (DirectoryRecord section : node.sections()) {
      if (section.interleaved()) {
        throw new io.firmament.analysis.unpack.io.UnsupportedException("an interleaved file");
      }
      extents.add(section.extent());
      runs.add(section.extent() * descriptors.block(), section.length());
    }
    return node.rock().compressed
        ? Body.decoded(() -> new Zisofs(runs.source(source, runs.length())))
        : runs.body(source, runs.length());
  }
}
