package io.firmament.analysis.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Builds small ELF files byte by byte, for tests.
public final class TestElf {
  private static final long BASE = 0x10000;

  private final boolean wide;
  private final boolean big;
  private final int machine;
  private final List<String> needed = new ArrayList<>();
  private final List<String> defined = new ArrayList<>();
  private final List<String> imported = new ArrayList<>();
  private final Map<String, byte[]> extra = new LinkedHashMap<>();
  private final Map<String, Long> extraTypes = new LinkedHashMap<>();
  private final List<long[]> marks = new ArrayList<>();
  private final List<long[]> tags = new ArrayList<>();
  private int type = 2;
  private String soname = "";
  private String runpath = "";
  private String interpreter = "";
  private boolean sections = true;

  private TestElf(boolean wide, boolean big, int machine) {
    this.wide = wide;
    this.big = big;
    this.machine = machine;
  }

  public static TestElf arm() {
    return new TestElf(false, false, 40);
  }

  public static TestElf mips() {
    return new TestElf(false, true, 8);
  }

  public static TestElf x86_64() {
    return new TestElf(true, false, 62);
  }

  public static TestElf ppc64() {
    return new TestElf(true, true, 21);
  }

  public TestElf type(int value) {
    this.type = value;
    return this;
  }

  /// A shared library of this SONAME.
  public TestElf library(String name) {
    this.soname = name;
    this.type = 3;
    return this;
  }

  public TestElf interpreter(String name) {
    this.interpreter = name;
    return this;
  }

  public TestElf needs(String... names) {
    needed.addAll(List.of(names));
    return this;
  }

  public TestElf runpath(String path) {
    this.runpath = path;
    return this;
  }

  public TestElf defines(String... names) {
    defined.addAll(List.of(names));
    return this;
  }

  public TestElf imports(String... names) {
    imported.addAll(List.of(names));
    return this;
  }

  /// Read-only data: each text with a NUL before and after it.
  public TestElf text(String... texts) {
    String joined = "\0" + String.join("\0", texts) + "\0";
    return section(".rodata", 1, joined.getBytes(StandardCharsets.ISO_8859_1));
  }

  public TestElf section(String name, long sectionType, byte[] content) {
    extra.put(name, content);
    extraTypes.put(name, sectionType);
    return this;
  }

  /// A program header without content, such as GNU_STACK with its flags.
  public TestElf mark(long segmentType, long flags) {
    marks.add(new long[] {segmentType, flags});
    return this;
  }

  public TestElf tag(long name, long value) {
    tags.add(new long[] {name, value});
    return this;
  }

  /// Leaves the section headers out, as `sstrip` does.
  public TestElf withoutSections() {
    this.sections = false;
    return this;
  }

  public byte[] build() {
    return new Layout().build();
  }

  private record Piece(String name, long type, long offset, int size, int link, int entry) {}

  private final class Layout {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final List<Piece> pieces = new ArrayList<>();
    private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
    private int headers;

    byte[] build() {
      boolean dynamic = !needed.isEmpty() || !soname.isEmpty() || !interpreter.isEmpty();
      dynamic |= !tags.isEmpty();
      int count = 1 + marks.size() + (dynamic ? 1 : 0) + (interpreter.isEmpty() ? 0 : 1);
      headers = (wide ? 64 : 52) + count * (wide ? 56 : 32);
      strings.write(0);
      byte[] symbols = symbols();
      ByteArrayOutputStream tagsBytes = new ByteArrayOutputStream();
      List<long[]> entries = entries();
      if (!interpreter.isEmpty()) {
        add(".interp", 1, (interpreter + "\0").getBytes(StandardCharsets.UTF_8), 0, 0);
      }
      add(".dynstr", 3, strings.toByteArray(), 0, 0);
      int names = pieces.size() - 1;
      add(".dynsym", 11, symbols, names, wide ? 24 : 16);
      byte[] hash = new byte[8];
      buffer(hash).putInt(4, symbols.length / (wide ? 24 : 16));
      add(".hash", 5, hash, 0, 4);
      extra.forEach((name, content) -> add(name, extraTypes.getOrDefault(name, 1L), content, 0, 0));
      if (dynamic) {
        entries.add(new long[] {5, BASE + piece(".dynstr").offset});
        entries.add(new long[] {10, piece(".dynstr").size});
        entries.add(new long[] {6, BASE + piece(".dynsym").offset});
        entries.add(new long[] {4, BASE + piece(".hash").offset});
        entries.add(new long[] {0, 0});
        entries.forEach(entry -> words(tagsBytes, entry));
        add(".dynamic", 6, tagsBytes.toByteArray(), names, wide ? 16 : 8);
      }
      return assemble(count, dynamic);
    }

    private List<long[]> entries() {
      List<long[]> entries = new ArrayList<>();
      needed.forEach(name -> entries.add(new long[] {1, string(name)}));
      if (!soname.isEmpty()) {
        entries.add(new long[] {14, string(soname)});
      }
      if (!runpath.isEmpty()) {
        entries.add(new long[] {29, string(runpath)});
      }
      entries.addAll(tags);
      return entries;
    }

    private byte[] symbols() {
      int entry = wide ? 24 : 16;
      byte[] table = new byte[entry * (1 + defined.size() + imported.size())];
      ByteBuffer buffer = buffer(table);
      List<String> all = new ArrayList<>(defined);
      all.addAll(imported);
      for (int i = 0; i < all.size(); i++) {
        int at = entry * (i + 1);
        buffer.putInt(at, string(all.get(i)));
        buffer.put(at + (wide ? 4 : 12), (byte) 0x12);
        buffer.putShort(at + (wide ? 6 : 14), (short) (i < defined.size() ? 1 : 0));
      }
      return table;
    }

    private byte[] assemble(int count, boolean dynamic) {
      ByteArrayOutputStream sectionNames = new ByteArrayOutputStream();
      sectionNames.write(0);
      List<Integer> nameAt = new ArrayList<>();
      List<Piece> named = new ArrayList<>(pieces);
      named.forEach(piece -> nameAt.add(append(sectionNames, piece.name)));
      int own = append(sectionNames, ".shstrtab");
      add(".shstrtab", 3, sectionNames.toByteArray(), 0, 0);
      nameAt.add(own);
      int sectionAt = headers + body.size();
      int shentsize = wide ? 64 : 40;
      int sectionCount = pieces.size();
      byte[] file = new byte[sectionAt + (sections ? shentsize * sectionCount : 0)];
      System.arraycopy(body.toByteArray(), 0, file, headers, body.size());
      ByteBuffer buffer = buffer(file);
      header(buffer, count, sections ? sectionAt : 0, sections ? sectionCount : 0);
      programs(buffer, dynamic, file.length);
      for (int i = 0; sections && i < sectionCount; i++) {
        section(buffer, sectionAt + i * shentsize, pieces.get(i), nameAt.get(i));
      }
      return file;
    }

    private void header(ByteBuffer buffer, int count, int sectionAt, int sectionCount) {
      buffer.put(0, new byte[] {0x7f, 'E', 'L', 'F'});
      buffer.put(4, (byte) (wide ? 2 : 1)).put(5, (byte) (big ? 2 : 1)).put(6, (byte) 1);
      buffer.putShort(16, (short) type).putShort(18, (short) machine).putInt(20, 1);
      word(buffer, wide ? 32 : 28, wide ? 64 : 52);
      word(buffer, wide ? 40 : 32, sectionAt);
      int at = wide ? 52 : 40;
      buffer.putShort(at, (short) (wide ? 64 : 52));
      buffer.putShort(at + 2, (short) (wide ? 56 : 32)).putShort(at + 4, (short) count);
      buffer.putShort(at + 6, (short) (wide ? 64 : 40)).putShort(at + 8, (short) sectionCount);
      buffer.putShort(at + 10, (short) Math.max(0, sectionCount - 1));
    }

    private void programs(ByteBuffer buffer, boolean dynamic, int size) {
      int at = wide ? 64 : 52;
      at = program(buffer, at, ElfSegment.LOAD, 5, 0, size);
      if (dynamic) {
        Piece piece = piece(".dynamic");
        at = program(buffer, at, ElfSegment.DYNAMIC, 6, piece.offset, piece.size);
      }
      if (!interpreter.isEmpty()) {
        Piece piece = piece(".interp");
        at = program(buffer, at, ElfSegment.INTERPRETER, 4, piece.offset, piece.size);
      }
      for (long[] mark : marks) {
        at = program(buffer, at, mark[0], mark[1], 0, 0);
      }
    }

    private int program(ByteBuffer buffer, int at, long kind, long flags, long offset, long size) {
      buffer.putInt(at, (int) kind);
      buffer.putInt(at + (wide ? 4 : 24), (int) flags);
      word(buffer, at + (wide ? 8 : 4), offset);
      word(buffer, at + (wide ? 16 : 8), BASE + offset);
      word(buffer, at + (wide ? 32 : 16), size);
      word(buffer, at + (wide ? 40 : 20), size);
      return at + (wide ? 56 : 32);
    }

    private void section(ByteBuffer buffer, int at, Piece piece, int name) {
      buffer.putInt(at, name).putInt(at + 4, (int) piece.type);
      word(buffer, at + (wide ? 24 : 16), piece.offset);
      word(buffer, at + (wide ? 32 : 20), piece.size);
      buffer.putInt(at + (wide ? 40 : 24), piece.link);
      word(buffer, at + (wide ? 56 : 36), piece.entry);
    }

    private void add(String name, long kind, byte[] content, int link, int entry) {
      while (body.size() % 8 != 0) {
        body.write(0);
      }
      pieces.add(new Piece(name, kind, headers + body.size(), content.length, link, entry));
      body.writeBytes(content);
    }

    private Piece piece(String name) {
      return pieces.stream().filter(piece -> piece.name.equals(name)).findFirst().orElseThrow();
    }

    private int string(String text) {
      return append(strings, text);
    }

    private int append(ByteArrayOutputStream into, String text) {
      int at = into.size();
      into.writeBytes((text + "\0").getBytes(StandardCharsets.UTF_8));
      return at;
    }

    private void words(ByteArrayOutputStream into, long[] values) {
      for (long value : values) {
        byte[] bytes = new byte[wide ? 8 : 4];
        word(buffer(bytes), 0, value);
        into.writeBytes(bytes);
      }
    }

    private void word(ByteBuffer buffer, int at, long value) {
      if (wide) {
        buffer.putLong(at, value);
      } else {
        buffer.putInt(at, (int) value);
      }
    }

    private ByteBuffer buffer(byte[] bytes) {
      return ByteBuffer.wrap(bytes).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }
  }
}
