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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ar archives with GNU and BSD long names; `.deb` and old `.ipk` packages are such archives.
final class ArFormat implements Format {
  private static final int GLOBAL = 8;
  private static final int HEADER = 60;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "ar",
        "ar archive, Debian package",
        FormatCard.Kind.TREE,
        List.of(Magic.text(0, "!<arch>\n")),
        List.of(),
        List.of("thin archives are not read"),
        List.of("ar(5)", "deb(5)"));
  }

  private record Member(byte[] name, long data, long size, byte[] head) {
    long next() {
      return data + size + (size & 1);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long at = start + GLOBAL;
    int members = 0;
    while (at + HEADER <= source.size()) {
      try {
        Member member = member(source, at, new byte[0]);
        members++;
        if (member.data + member.size > source.size()) {
          return Optional.of(Chunk.of(start, source.size(), Confidence.LOW));
        }
        at = Math.min(member.next(), source.size());
      } catch (IOException e) {
        break;
      }
    }
    return members == 0
        ? Optional.empty()
        : Optional.of(
            Chunk.of(start, at, Confidence.HIGH).with("members", Integer.toString(members)));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    byte[] longNames = {};
    long at = GLOBAL;
    while (at + HEADER <= content.size()) {
      Member member = member(content, at, longNames);
      String name = Binary.text(member.name, 0, member.name.length);
      if (name.equals("//")) {
        longNames = Binary.upTo(content, member.data, (int) Math.min(member.size, 1 << 24));
      } else if (!name.equals("/") && !name.equals("/SYM64/")) {
        ByteSource data = content.slice(member.data, member.size);
        sink.file(
            new RawEntry(
                member.name,
                EntryType.FILE,
                (int) number(member.head, 40, 8, 8) & 07777,
                number(member.head, 28, 6, 10),
                number(member.head, 34, 6, 10),
                number(member.head, 16, 12, 10),
                DeviceNumber.NONE,
                new byte[0],
                Map.of()),
            Body.of(data));
        if (data.size() < member.size) {
          throw new TruncatedException("the last member is cut off");
        }
      }
      at = member.next();
    }
  }

  /// 60 bytes: name 16, mtime 12, uid 6, gid 6, mode 8 (octal), size 10, and the end mark "`\n".
  private static Member member(ByteSource source, long at, byte[] longNames) throws IOException {
    byte[] head = Binary.bytes(source, at, HEADER);
    if (head[58] != '`' || head[59] != '\n') {
      throw new CorruptException("not an ar header at offset " + at);
    }
    long size = number(head, 48, 10, 10);
    String field = Binary.text(head, 0, 16).stripTrailing();
    if (field.startsWith("#1/")) {
      int length = (int) Math.min(number(head, 3, 13, 10), size);
      byte[] name = Binary.bytes(source, at + HEADER, Math.min(length, 1 << 16));
      byte[] trimmed = Binary.ascii(Binary.text(name, 0, name.length));
      return new Member(trimmed, at + HEADER + length, size - length, head);
    }
    if (field.length() > 1 && field.charAt(0) == '/' && Character.isDigit(field.charAt(1))) {
      int from = (int) Math.min(number(head, 1, 15, 10), longNames.length);
      int to = from;
      while (to < longNames.length && longNames[to] != '\n') {
        to++;
      }
      field = Binary.text(longNames, from, to - from);
    }
    if (field.endsWith("/") && field.length() > 1 && !field.startsWith("/")) {
      field = field.substring(0, field.length() - 1);
    }
    return new Member(Binary.ascii(field), at + HEADER, size, head);
  }

  private static long number(byte[] b, int at, int length, int radix) {
    long value = 0;
    for (int i = at; i < at + length && Character.digit(b[i], radix) >= 0; i++) {
      value = value * radix + Character.digit(b[i], radix);
    }
    return value;
  }
}
