package io.firmament.analysis.elf;

import io.firmament.analysis.tree.ByteSource;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads the headers and tables of one ELF file, after the System V gABI.
final class ElfReader {
  private static final int MAX_SEGMENTS = 1024;
  private static final int MAX_SECTIONS = 8192;
  private static final int MAX_ENTRY = 256;
  private static final int MAX_NAMES = 1 << 20;
  private static final int MAX_MODULE_INFO = 1 << 16;

  private final ElfBytes bytes;
  private final ElfHeader header;
  private final Set<String> damage = new LinkedHashSet<>();
  private final List<ElfSegment> segments;
  private final List<ElfSection> sections;

  private ElfReader(ElfBytes bytes, ElfBytes.Table head, ElfHeader header) {
    this.bytes = bytes;
    this.header = header;
    this.segments = readSegments(head);
    this.sections = readSections(head);
  }

  static Optional<ElfFile> read(ByteSource source) {
    byte[] ident = new byte[16];
    if (source.read(0, ident, 0, 16) < 16
        || ident[0] != 0x7f
        || ident[1] != 'E'
        || ident[2] != 'L'
        || ident[3] != 'F') {
      return Optional.empty();
    }
    boolean known = (ident[4] == 1 || ident[4] == 2) && (ident[5] == 1 || ident[5] == 2);
    if (!known) {
      return Optional.empty();
    }
    ByteOrder order = ident[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    boolean wide = ident[4] == 2;
    ElfBytes bytes = new ElfBytes(source, order, wide);
    ElfBytes.Table head = bytes.table(0, 64, 64);
    ElfHeader header =
        new ElfHeader(
            wide ? 64 : 32,
            order,
            ident[7] & 0xff,
            head.u16(16),
            head.u16(18),
            head.u32(wide ? 48 : 36),
            head.word(24));
    return Optional.of(new ElfReader(bytes, head, header).file());
  }

  private ElfFile file() {
    Optional<ElfDynamic> dynamic = new ElfDynamicReader(bytes, this).read();
    ElfSymbolReader symbols = new ElfSymbolReader(bytes, this);
    symbols.read();
    ElfNotes notes = ElfNotes.read(bytes, segments, sections);
    return new ElfFile(
        header,
        segments,
        sections,
        dynamic,
        symbols.defined(),
        symbols.imported(),
        notes.buildId(),
        notes.packageNote(),
        notes.features(),
        interpreter(),
        moduleInfo(),
        List.copyOf(damage));
  }

  ElfHeader header() {
    return header;
  }

  List<ElfSection> sections() {
    return sections;
  }

  List<ElfSegment> segments() {
    return segments;
  }

  void damaged(String what) {
    damage.add(what);
  }

  /// Where in the file a virtual address lies, by the loadable segments; -1 where nowhere.
  long fileOffset(long address) {
    for (ElfSegment segment : segments) {
      long into = address - segment.address();
      if (segment.type() == ElfSegment.LOAD
          && Long.compareUnsigned(into, segment.fileSize()) < 0
          && segment.offset() >= 0) {
        return segment.offset() + into;
      }
    }
    return -1;
  }

  private List<ElfSegment> readSegments(ElfBytes.Table head) {
    boolean wide = bytes.wide();
    int entry = head.u16(wide ? 54 : 42);
    int count = head.u16(wide ? 56 : 44);
    if (count == 0) {
      return List.of();
    }
    if (entry < (wide ? 56 : 32) || entry > MAX_ENTRY || count > MAX_SEGMENTS) {
      damaged("program header table");
      return List.of();
    }
    ElfBytes.Table table =
        bytes.table(head.word(wide ? 32 : 28), (long) entry * count, entry * MAX_SEGMENTS);
    if (table.size() < entry * count) {
      damaged("program header table");
    }
    List<ElfSegment> read = new ArrayList<>();
    for (int at = 0; at + entry <= table.size(); at += entry) {
      read.add(
          wide
              ? new ElfSegment(
                  table.u32(at),
                  table.u32(at + 4),
                  table.u64(at + 8),
                  table.u64(at + 16),
                  table.u64(at + 32),
                  table.u64(at + 40))
              : new ElfSegment(
                  table.u32(at),
                  table.u32(at + 24),
                  table.u32(at + 4),
                  table.u32(at + 8),
                  table.u32(at + 16),
                  table.u32(at + 20)));
    }
    return List.copyOf(read);
  }

  private List<ElfSection> readSections(ElfBytes.Table head) {
    boolean wide = bytes.wide();
    long offset = head.word(wide ? 40 : 32);
    int entry = head.u16(wide ? 58 : 46);
    long count = head.u16(wide ? 60 : 48);
    long names = head.u16(wide ? 62 : 50);
    if (offset == 0) {
      return List.of();
    }
    if (entry < (wide ? 64 : 40) || entry > MAX_ENTRY) {
      damaged("section header table");
      return List.of();
    }
    ElfBytes.Table first = bytes.table(offset, entry, entry);
    if (count == 0) {
      // gABI: "If the number of sections is greater than or equal to SHN_LORESERVE, ... the actual
      // number of section header table entries is contained in the sh_size field of ... index 0".
      count = first.word(wide ? 32 : 20);
    }
    if (names == 0xffff) {
      names = first.u32(wide ? 40 : 24);
    }
    if (count < 0 || count > MAX_SECTIONS) {
      damaged("section header table");
      return List.of();
    }
    ElfBytes.Table table = bytes.table(offset, entry * count, entry * MAX_SECTIONS);
    if (table.size() < entry * count) {
      damaged("section header table");
    }
    return sections(table, entry, names);
  }

  private List<ElfSection> sections(ElfBytes.Table table, int entry, long names) {
    boolean wide = bytes.wide();
    long at = names * entry;
    ElfBytes.Table strings =
        at + entry <= table.size()
            ? bytes.table(
                table.word((int) at + (wide ? 24 : 16)),
                table.word((int) at + (wide ? 32 : 20)),
                MAX_NAMES)
            : bytes.table(0, 0, 0);
    List<ElfSection> read = new ArrayList<>();
    for (int i = 0; i + entry <= table.size(); i += entry) {
      read.add(
          new ElfSection(
              strings.string(table.u32(i)),
              table.u32(i + 4),
              table.word(i + 8),
              table.word(i + (wide ? 16 : 12)),
              table.word(i + (wide ? 24 : 16)),
              table.word(i + (wide ? 32 : 20)),
              (int) table.u32(i + (wide ? 40 : 24)),
              table.word(i + (wide ? 56 : 36))));
    }
    return List.copyOf(read);
  }

  private Optional<String> interpreter() {
    for (ElfSegment segment : segments) {
      if (segment.type() == ElfSegment.INTERPRETER) {
        String name =
            bytes.table(segment.offset(), segment.fileSize(), ElfBytes.LONGEST_NAME).string(0);
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private List<String> moduleInfo() {
    for (ElfSection section : sections) {
      if (section.name().equals(".modinfo")) {
        ElfBytes.Table table = bytes.table(section.offset(), section.size(), MAX_MODULE_INFO);
        String text = new String(table.range(0, table.size()), StandardCharsets.UTF_8);
        return List.of(text.split("\0+")).stream().filter(line -> line.contains("=")).toList();
      }
    }
    return List.of();
  }
}
