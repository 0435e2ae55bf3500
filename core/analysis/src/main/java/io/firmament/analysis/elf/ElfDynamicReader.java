package io.firmament.analysis.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the dynamic section: by its segment, as the loader does, else by its section.
final class ElfDynamicReader {
  static final long STRTAB = 5;
  static final long SYMTAB = 6;
  static final long STRSZ = 10;
  static final long HASH = 4;
  static final long GNU_HASH = 0x6ffffef5L;
  static final long MIPS_SYMTABNO = 0x70000011L;

  private static final long NEEDED = 1;
  private static final long SONAME = 14;
  private static final long RPATH = 15;
  private static final long TEXTREL = 22;
  private static final long BIND_NOW = 24;
  private static final long RUNPATH = 29;
  private static final long FLAGS = 30;
  private static final long FLAGS_1 = 0x6ffffffbL;
  private static final int MAX_TABLE = 1 << 20;
  private static final int MAX_STRINGS = 16 << 20;
  private static final int MAX_NEEDED = 1024;

  private final ElfBytes bytes;
  private final ElfReader file;

  ElfDynamicReader(ElfBytes bytes, ElfReader file) {
    this.bytes = bytes;
    this.file = file;
  }

  Optional<ElfDynamic> read() {
    ElfBytes.Table table = table();
    if (table.size() == 0) {
      return Optional.empty();
    }
    Map<Long, Long> values = values(table);
    ElfBytes.Table strings = strings(values);
    if (strings.size() == 0 && values.containsKey(STRTAB)) {
      file.damaged("dynamic string table");
    }
    List<String> needed = new ArrayList<>();
    int entry = bytes.wide() ? 16 : 8;
    for (int at = 0; at + entry <= table.size() && table.word(at) != 0; at += entry) {
      if (table.word(at) == NEEDED && needed.size() < MAX_NEEDED) {
        needed.add(strings.string(table.word(at + entry / 2)));
      }
    }
    needed.removeIf(String::isEmpty);
    long flags = values.getOrDefault(FLAGS, 0L);
    long flags1 = values.getOrDefault(FLAGS_1, 0L);
    return Optional.of(
        new ElfDynamic(
            needed,
            text(strings, values, SONAME),
            text(strings, values, RPATH),
            text(strings, values, RUNPATH),
            flags,
            flags1,
            values.containsKey(BIND_NOW) || (flags & 8) != 0 || (flags1 & 1) != 0,
            values.containsKey(TEXTREL) || (flags & 4) != 0));
  }

  /// First value of each tag up to `DT_NULL`.
  Map<Long, Long> values() {
    return values(table());
  }

  ElfBytes.Table strings(Map<Long, Long> values) {
    long offset = file.fileOffset(values.getOrDefault(STRTAB, -1L));
    return bytes.table(offset, values.getOrDefault(STRSZ, 0L), MAX_STRINGS);
  }

  private Map<Long, Long> values(ElfBytes.Table table) {
    Map<Long, Long> values = new HashMap<>();
    int entry = bytes.wide() ? 16 : 8;
    for (int at = 0; at + entry <= table.size() && table.word(at) != 0; at += entry) {
      values.putIfAbsent(table.word(at), table.word(at + entry / 2));
    }
    return values;
  }

  private ElfBytes.Table table() {
    for (ElfSegment segment : file.segments()) {
      if (segment.type() == ElfSegment.DYNAMIC) {
        return bytes.table(segment.offset(), segment.fileSize(), MAX_TABLE);
      }
    }
    return bytes.table(0, 0, 0);
  }

  private static Optional<String> text(ElfBytes.Table strings, Map<Long, Long> values, long tag) {
    Long at = values.get(tag);
    if (at == null) {
      return Optional.empty();
    }
    String text = strings.string(at);
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
