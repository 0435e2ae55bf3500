package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// cpio archives: `newc` and `crc` (SVR4), `odc` (POSIX.1-1988) and the old binary form in both
/// byte orders.
final class CpioFormat implements Format {
  private static final String TRAILER = "TRAILER!!!";

  @Override
  public FormatCard card() {
    return new FormatCard(
        "cpio",
        "cpio archive (newc, crc, odc, binary)",
        FormatCard.Kind.TREE,
        List.of(
            Magic.text(0, "070701"),
            Magic.text(0, "070702"),
            Magic.text(0, "070707"),
            Magic.hex(0, "c771"),
            Magic.hex(0, "71c7")),
        List.of(".cpio"),
        List.of(),
        List.of("cpio(5)", "Linux Documentation/driver-api/early-userspace/buffer-format.rst"));
  }

  /// One header and where its data and the next header are.
  private record Member(
      byte[] name,
      int mode,
      long uid,
      long gid,
      long mtime,
      DeviceNumber rdev,
      long links,
      String inode,
      long data,
      long size,
      long next) {
    boolean trailer() {
      return Binary.text(name, 0, name.length).equals(TRAILER);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long at = start;
    int members = 0;
    try {
      while (true) {
        Member member = member(source, at);
        members++;
        if (member.trailer()) {
          return Optional.of(
              Chunk.of(start, padded(source, start, member.next), Confidence.HIGH)
                  .with("members", Integer.toString(members - 1))
                  .with("variant", variant(source, start)));
        }
        if (member.next > source.size()) {
          break;
        }
        at = member.next;
      }
    } catch (IOException e) {
      // A damaged tail: what came before decides.
    }
    if (members < 2) {
      return Optional.empty();
    }
    return Optional.of(
        Chunk.of(start, source.size(), Confidence.LOW).with("variant", variant(source, start)));
  }

  /// Archives are written in blocks of 512 bytes; zeros up to there belong to it.
  private static long padded(ByteSource source, long start, long end) {
    long block = Math.min(align(end, start, 512), source.size());
    for (byte b : Binary.upTo(source, end, (int) Math.max(block - end, 0))) {
      if (b != 0) {
        return end;
      }
    }
    return Math.max(block, Math.min(end, source.size()));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Map<String, List<Member>> waiting = new HashMap<>();
    Map<String, byte[]> known = new HashMap<>();
    long at = 0;
    while (at < content.size()) {
      Member member = member(content, at);
      if (member.trailer()) {
        break;
      }
      give(content, member, waiting, known, sink);
      at = member.next;
    }
    for (List<Member> names : waiting.values()) {
      for (Member member : names) {
        sink.file(raw(member, member.mode, new byte[0]), Body.of(content.slice(0, 0)));
      }
    }
  }

  /// In `newc` the data of hard links follows the last of their headers only; the others have size
  /// 0.
  private static void give(
      ByteSource content,
      Member member,
      Map<String, List<Member>> waiting,
      Map<String, byte[]> known,
      Sink sink)
      throws IOException {
    EntryType type = RawEntry.type(member.mode);
    if (type == EntryType.SYMLINK) {
      int length = (int) Math.min(member.size, sink.limits().nameBytes());
      sink.entry(raw(member, member.mode, Binary.bytes(content, member.data, length)));
      return;
    }
    if (type != EntryType.FILE) {
      sink.entry(raw(member, member.mode, new byte[0]));
      return;
    }
    RawEntry entry = raw(member, member.mode, new byte[0]);
    byte[] earlier = known.get(member.inode);
    if (member.links > 1 && member.size == 0) {
      if (earlier != null) {
        sink.hardLink(entry, earlier);
      } else {
        waiting.computeIfAbsent(member.inode, key -> new ArrayList<>()).add(member);
      }
      return;
    }
    sink.file(entry, Body.of(content.slice(member.data, member.size)));
    if (member.links > 1) {
      known.put(member.inode, member.name);
      List<Member> others = waiting.remove(member.inode);
      for (Member other : others == null ? List.<Member>of() : others) {
        sink.hardLink(raw(other, other.mode, new byte[0]), member.name);
      }
    }
    if (member.data + member.size > content.size()) {
      throw new TruncatedException("the data of the last member is cut off");
    }
  }

  private static RawEntry raw(Member m, int mode, byte[] target) {
    EntryType type = RawEntry.type(mode);
    return new RawEntry(
        m.name, type, mode & 07777, m.uid, m.gid, m.mtime, m.rdev, target, Map.of());
  }

  private static String variant(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, 6);
    if (head[0] != '0') {
      return head[0] == 0x71 ? "binary big-endian" : "binary little-endian";
    }
    return head[5] == '1' ? "newc" : head[5] == '2' ? "crc" : "odc";
  }

  private static Member member(ByteSource source, long at) throws IOException {
    byte[] head = Binary.bytes(source, at, 6);
    if (head[0] == '0' && head[1] == '7' && head[2] == '0' && head[3] == '7' && head[4] == '0') {
      return switch (head[5]) {
        case '1', '2' -> newc(source, at);
        case '7' -> odc(source, at);
        default -> throw new CorruptException("not a cpio header at offset " + at);
      };
    }
    if (Binary.u16le(head, 0) == 0x71c7) {
      return binary(source, at, 0);
    }
    if (Binary.u16le(head, 0) == 0xc771) {
      return binary(source, at, 1);
    }
    throw new CorruptException("not a cpio header at offset " + at);
  }

  /// 110 bytes: magic, then 13 fields of 8 hex digits: ino mode uid gid nlink mtime filesize
  /// devmajor devminor rdevmajor rdevminor namesize check; name and data are padded to 4 bytes.
  private static Member newc(ByteSource source, long at) throws IOException {
    byte[] head = Binary.bytes(source, at, 110);
    long[] f = new long[13];
    for (int i = 0; i < f.length; i++) {
      f[i] = number(head, 6 + 8 * i, 8, 16);
    }
    byte[] name = name(source, at + 110, f[11]);
    long data = align(at + 110 + f[11], at, 4);
    DeviceNumber rdev = new DeviceNumber((int) f[9], (int) f[10]);
    String inode = f[7] + ":" + f[8] + ":" + f[0];
    return new Member(
        name,
        (int) f[1],
        f[2],
        f[3],
        f[5],
        rdev,
        f[4],
        inode,
        data,
        f[6],
        align(data + f[6], at, 4));
  }

  /// 76 bytes of octal digits: magic dev ino mode uid gid nlink rdev (6 each), mtime (11), namesize
  /// (6), filesize (11); no padding.
  private static Member odc(ByteSource source, long at) throws IOException {
    byte[] head = Binary.bytes(source, at, 76);
    long mode = number(head, 18, 6, 8);
    long size = number(head, 65, 11, 8);
    long nameSize = number(head, 59, 6, 8);
    long data = at + 76 + nameSize;
    int rdev = (int) number(head, 42, 6, 8);
    // Every name of a hard link has its own data here.
    return new Member(
        name(source, at + 76, nameSize),
        (int) mode,
        number(head, 24, 6, 8),
        number(head, 30, 6, 8),
        number(head, 48, 11, 8),
        new DeviceNumber(rdev >> 8, rdev & 0xff),
        1,
        "",
        data,
        size,
        data + size);
  }

  /// 13 words of 16 bits: magic dev ino mode uid gid nlink rdev mtime[2] namesize filesize[2], the
  /// double words high half first; name and data are padded to 2 bytes.
  private static Member binary(ByteSource source, long at, int bigEndian) throws IOException {
    int[] w = new int[13];
    for (int i = 0; i < w.length; i++) {
      w[i] = bigEndian == 1 ? Binary.u16be(source, at + 2L * i) : Binary.u16le(source, at + 2L * i);
    }
    long size = (long) w[11] << 16 | w[12];
    long data = align(at + 26 + w[10], at, 2);
    return new Member(
        name(source, at + 26, w[10]),
        w[3],
        w[4],
        w[5],
        (long) w[8] << 16 | w[9],
        new DeviceNumber(w[7] >> 8, w[7] & 0xff),
        1,
        "",
        data,
        size,
        align(data + size, at, 2));
  }

  private static byte[] name(ByteSource source, long at, long size) throws IOException {
    if (size < 1 || size > 1 << 16) {
      throw new CorruptException("a name of " + size + " bytes");
    }
    byte[] name = Binary.bytes(source, at, (int) size);
    if (name[name.length - 1] != 0) {
      throw new CorruptException("a name without its end");
    }
    return java.util.Arrays.copyOf(name, name.length - 1);
  }

  private static long number(byte[] b, int at, int digits, int radix) throws IOException {
    long value = 0;
    for (int i = at; i < at + digits; i++) {
      int digit = Character.digit(b[i], radix);
      if (digit < 0) {
        throw new CorruptException("not a number in a cpio header");
      }
      value = value * radix + digit;
    }
    return value;
  }

  private static long align(long offset, long base, int to) {
    return base + (offset - base + to - 1) / to * to;
  }
}
