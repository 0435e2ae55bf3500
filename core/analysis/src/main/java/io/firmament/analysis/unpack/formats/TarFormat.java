package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry.DeviceNumber;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// tar archives: ustar and pax (POSIX.1-2001), GNU long names and sparse members, and those of
/// Version 7 Unix, which have no magic.
final class TarFormat implements Format {
  private static final int BLOCK = 512;
  private static final int MAX_EXTENSION = 1 << 20;
  private static final int MODE = 100;
  private static final byte[] MAGIC = Binary.ascii("ustar");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "tar",
        "tar archive (ustar, pax, GNU, Version 7)",
        FormatCard.Kind.TREE,
        List.of(
            Magic.text(257, "ustar"),
            Magic.text(MODE, "0000"),
            Magic.text(MODE, "0100"),
            Magic.text(MODE, "0040"),
            Magic.text(MODE, "100"),
            Magic.text(MODE, " 100"),
            Magic.text(MODE, "  100"),
            Magic.text(MODE, " 40"),
            Magic.text(MODE, "  40"),
            Magic.text(MODE, "   40")),
        List.of(".tar"),
        List.of("archives of Version 7 are found at the start of a blob only"),
        List.of("POSIX.1-2001 pax, section ustar Interchange Format", "GNU tar manual, appendix"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    boolean magic = Binary.matches(source, start + 257, MAGIC);
    if (!magic && (start != 0 || !isVersion7(Binary.upTo(source, 0, BLOCK)))) {
      return Optional.empty();
    }
    long at = start;
    int members = 0;
    while (at + BLOCK <= source.size()) {
      byte[] head = Binary.upTo(source, at, BLOCK);
      if (isZero(head)) {
        at += BLOCK;
        if (isZero(Binary.upTo(source, at, BLOCK))) {
          at = padding(source, at);
          return Optional.of(
              Chunk.of(start, at, Confidence.HIGH).with("members", Integer.toString(members)));
        }
        break;
      }
      if (!checksumFits(head)) {
        break;
      }
      members++;
      long further = TarSparse.furtherRuns(head, source, at + BLOCK);
      long size = hasData(head[156]) ? number(head, 124, 12) : 0;
      at += further;
      if (size < 0 || at + BLOCK > source.size() - size) {
        at = source.size();
        break;
      }
      at = Math.min(source.size(), at + BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK);
    }
    return members == 0
        ? Optional.empty()
        : Optional.of(
            Chunk.of(start, at, Confidence.MEDIUM).with("members", Integer.toString(members)));
  }

  /// A name, a kind of Version 7, and fields of octal digits that end with a blank or a NUL.
  private static boolean isVersion7(byte[] head) {
    if (head.length < BLOCK || head[0] == 0 || head[99] != 0 || head[156] > '5') {
      return false;
    }
    for (int i = MODE; i < 156; i++) {
      boolean digit = head[i] >= '0' && head[i] <= '7';
      if (!digit && head[i] != ' ' && head[i] != 0) {
        return false;
      }
    }
    // GNU tar writes numbers of devices where Version 7 has nothing.
    for (int i = 257; i < BLOCK; i++) {
      if (head[i] != 0 && head[i] != '0') {
        return false;
      }
    }
    return checksumFits(head);
  }

  /// The zero blocks that fill the last record.
  private static long padding(ByteSource source, long from) {
    long at = from;
    while (at < source.size() && at - from < 20 * BLOCK) {
      if (!isZero(Binary.upTo(source, at, BLOCK))) {
        break;
      }
      at = Math.min(at + BLOCK, source.size());
    }
    return at;
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Map<String, byte[]> global = new HashMap<>();
    Map<String, byte[]> local = new HashMap<>();
    long at = 0;
    while (at + BLOCK <= content.size()) {
      byte[] head = Binary.bytes(content, at, BLOCK);
      if (isZero(head)) {
        return;
      }
      if (!checksumFits(head)) {
        throw new CorruptException("the checksum of the header at offset " + at + " is wrong");
      }
      long size = number(head, 124, 12);
      byte[] paxSize = local.get("size");
      boolean extension = isExtension(head[156]);
      if (paxSize != null && !extension) {
        size = decimal(paxSize);
      }
      if (size < 0) {
        throw new CorruptException("a negative size at offset " + at);
      }
      long stored = hasData(head[156]) ? size : 0;
      long further = TarSparse.furtherRuns(head, content, at + BLOCK);
      long data = at + BLOCK + further;
      if (extension) {
        extend(content, data, head[156], size, global, local);
      } else {
        Map<String, byte[]> pax = new HashMap<>(global);
        pax.putAll(local);
        give(head, pax, content.slice(at + BLOCK, further), content.slice(data, stored), sink);
        local.clear();
      }
      if (data > content.size() - stored) {
        throw new TruncatedException("the data of the last member is cut off");
      }
      at = data + (stored + BLOCK - 1) / BLOCK * BLOCK;
    }
    throw new TruncatedException("no end mark; members may be missing");
  }

  private static void extend(
      ByteSource content,
      long data,
      byte flag,
      long size,
      Map<String, byte[]> global,
      Map<String, byte[]> local)
      throws IOException {
    if (size > MAX_EXTENSION) {
      throw new CorruptException("an extended header of " + size + " bytes");
    }
    byte[] bytes = Binary.bytes(content, data, (int) size);
    switch (flag) {
      case 'L' -> local.put("path", untilNul(bytes, 0, bytes.length));
      case 'K' -> local.put("linkpath", untilNul(bytes, 0, bytes.length));
      case 'g' -> records(bytes, global);
      default -> records(bytes, local);
    }
  }

  /// pax records: `"%d %s=%s\n", length, keyword, value`.
  private static void records(byte[] bytes, Map<String, byte[]> into) throws IOException {
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int blank = at;
      int length = 0;
      while (blank < bytes.length && bytes[blank] >= '0' && bytes[blank] <= '9') {
        length = Math.min(length * 10 + bytes[blank++] - '0', MAX_EXTENSION);
      }
      int equals = blank;
      while (equals < bytes.length && bytes[equals] != '=') {
        equals++;
      }
      int end = at + length;
      if (end > bytes.length || equals >= end || blank == at) {
        throw new CorruptException("a pax record that does not fit");
      }
      String key = new String(bytes, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
      byte[] value = java.util.Arrays.copyOfRange(bytes, equals + 1, Math.max(equals + 1, end - 1));
      if (TarSparse.isPartOfMap(key)) {
        into.merge(TarSparse.MAP, value, TarFormat::joined);
      } else {
        into.put(key, value);
      }
      at = end;
    }
  }

  private static void give(
      byte[] head, Map<String, byte[]> pax, ByteSource runs, ByteSource data, Sink sink)
      throws IOException {
    byte[] sparseName = pax.get("GNU.sparse.name");
    byte[] paxName = sparseName == null ? pax.get("path") : sparseName;
    byte[] paxLink = pax.get("linkpath");
    byte[] name = paxName == null ? name(head) : paxName;
    byte[] link = paxLink == null ? untilNul(head, 157, 100) : paxLink;
    EntryType type = type(head[156], name);
    DeviceNumber rdev =
        type == EntryType.CHARACTER_DEVICE || type == EntryType.BLOCK_DEVICE
            ? new DeviceNumber((int) number(head, 329, 8), (int) number(head, 337, 8))
            : DeviceNumber.NONE;
    Map<String, byte[]> xattrs = new HashMap<>();
    for (Map.Entry<String, byte[]> record : pax.entrySet()) {
      if (record.getKey().startsWith("SCHILY.xattr.")) {
        xattrs.put(record.getKey().substring("SCHILY.xattr.".length()), record.getValue());
      }
    }
    RawEntry entry =
        new RawEntry(
            name,
            type,
            (int) number(head, 100, 8) & 07777,
            pax.containsKey("uid") ? decimal(pax.get("uid")) : number(head, 108, 8),
            pax.containsKey("gid") ? decimal(pax.get("gid")) : number(head, 116, 8),
            pax.containsKey("mtime") ? decimal(pax.get("mtime")) : number(head, 136, 12),
            rdev,
            type == EntryType.SYMLINK ? link : new byte[0],
            xattrs);
    if (head[156] == '1') {
      sink.hardLink(entry, link);
    } else if (type == EntryType.FILE) {
      TarSparse sparse =
          head[156] == 'S' ? TarSparse.old(head, runs, data) : TarSparse.pax(pax, data);
      sink.file(entry, sparse == null ? Body.of(data) : sparse.body());
    } else {
      sink.entry(entry);
    }
  }

  private static byte[] name(byte[] head) {
    byte[] name = untilNul(head, 0, 100);
    byte[] prefix = head[262] == 0 ? untilNul(head, 345, 155) : new byte[0];
    return prefix.length == 0 ? name : joined(prefix, '/', name);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return joined(first, ',', second);
  }

  private static byte[] joined(byte[] first, char between, byte[] second) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.write(between);
    joined.writeBytes(second);
    return joined.toByteArray();
  }

  private static EntryType type(byte flag, byte[] name) {
    return switch (flag) {
      case '2' -> EntryType.SYMLINK;
      case '3' -> EntryType.CHARACTER_DEVICE;
      case '4' -> EntryType.BLOCK_DEVICE;
      case '5' -> EntryType.DIRECTORY;
      case '6' -> EntryType.FIFO;
      default ->
          name.length > 0 && name[name.length - 1] == '/' && flag == 0
              ? EntryType.DIRECTORY
              : EntryType.FILE;
    };
  }

  private static boolean isExtension(byte flag) {
    return flag == 'L' || flag == 'K' || flag == 'x' || flag == 'g';
  }

  private static boolean hasData(byte flag) {
    return flag < '1' || flag > '6';
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /// The sum of all bytes, the checksum field itself counted as blanks.
  private static boolean checksumFits(byte[] head) {
    long sum = 8 * ' ';
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? 0 : head[i] & 0xff;
    }
    return number(head, 148, 8) == sum;
  }

  /// Octal text, or base 256 where the first bit is set (GNU).
  static long number(byte[] b, int at, int length) {
    long value = 0;
    if ((b[at] & 0x80) != 0) {
      for (int i = at + length - 8; i < at + length; i++) {
        value = value << 8 | (i == at ? b[i] & 0x7f : b[i] & 0xff);
      }
      return value;
    }
    for (int i = at; i < at + length; i++) {
      if (b[i] >= '0' && b[i] <= '7') {
        value = value << 3 | (b[i] - '0');
      } else if (value != 0 || (b[i] != ' ' && b[i] != '0')) {
        break;
      }
    }
    return value;
  }

  static long decimal(byte @org.jspecify.annotations.Nullable [] text) {
    long value = 0;
    for (byte b : text == null ? new byte[0] : text) {
      if (b < '0' || b > '9' || value > Long.MAX_VALUE / 10 - 10) {
        break;
      }
      value = value * 10 + b - '0';
    }
    return value;
  }

  private static byte[] untilNul(byte[] b, int at, int length) {
    int end = at;
    while (end < at + length && b[end] != 0) {
      end++;
    }
    return java.util.Arrays.copyOfRange(b, at, end);
  }
}
