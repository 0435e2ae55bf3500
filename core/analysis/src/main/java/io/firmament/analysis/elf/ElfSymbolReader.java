package io.firmament.analysis.elf;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Reads symbol names: the tables the sections name, else, in a file without section headers, the
/// dynamic table with the count its hash table implies.
final class ElfSymbolReader {
  private static final int MAX_TABLES = 4;
  private static final int MAX_NAME_CHARACTERS = 32 << 20;
  private static final int MAX_SYMBOLS = 400_000;
  private static final int MAX_STRINGS = 32 << 20;
  private static final int MAX_HASH = 8 << 20;

  private final ElfBytes bytes;
  private final ElfReader file;
  private final Set<String> defined = new LinkedHashSet<>();
  private final Set<String> imported = new LinkedHashSet<>();
  private int tables;
  private long characters;

  ElfSymbolReader(ElfBytes bytes, ElfReader file) {
    this.bytes = bytes;
    this.file = file;
  }

  Set<String> defined() {
    return Collections.unmodifiableSet(defined);
  }

  Set<String> imported() {
    return Collections.unmodifiableSet(imported);
  }

  void read() {
    boolean dynamicSeen = false;
    for (ElfSection section : file.sections()) {
      boolean symbols = section.type() == ElfSection.DYNSYM || section.type() == ElfSection.SYMTAB;
      if (symbols
          && tables < MAX_TABLES
          && section.link() >= 0
          && section.link() < file.sections().size()) {
        tables++;
        dynamicSeen |= section.type() == ElfSection.DYNSYM;
        ElfSection names = file.sections().get(section.link());
        read(
            bytes.table(section.offset(), section.size(), MAX_SYMBOLS * entrySize()),
            bytes.table(names.offset(), names.size(), MAX_STRINGS));
      }
    }
    if (!dynamicSeen) {
      readByDynamic();
    }
    imported.removeAll(defined);
  }

  private void readByDynamic() {
    ElfDynamicReader dynamic = new ElfDynamicReader(bytes, file);
    Map<Long, Long> values = dynamic.values();
    long offset = file.fileOffset(values.getOrDefault(ElfDynamicReader.SYMTAB, -1L));
    if (offset < 0) {
      return;
    }
    long count = Math.min(count(values), MAX_SYMBOLS);
    read(
        bytes.table(offset, count * entrySize(), MAX_SYMBOLS * entrySize()),
        dynamic.strings(values));
  }

  private long count(Map<Long, Long> values) {
    if (file.header().mips() && values.containsKey(ElfDynamicReader.MIPS_SYMTABNO)) {
      return Math.max(0, values.getOrDefault(ElfDynamicReader.MIPS_SYMTABNO, 0L));
    }
    long hash = file.fileOffset(values.getOrDefault(ElfDynamicReader.HASH, -1L));
    if (hash >= 0) {
      // gABI "Hash Table": nbucket, nchain, ...; "the number of symbol table entries should equal
      // nchain".
      return bytes.table(hash, 8, 8).u32(4);
    }
    long gnu = file.fileOffset(values.getOrDefault(ElfDynamicReader.GNU_HASH, -1L));
    return gnu < 0 ? 0 : gnuCount(bytes.table(gnu, MAX_HASH, MAX_HASH));
  }

  /// One more than the last symbol of the last chain; a chain ends at an odd value.
  private long gnuCount(ElfBytes.Table table) {
    long buckets = table.u32(0);
    long first = table.u32(4);
    long bloom = table.u32(8) * (bytes.wide() ? 8 : 4);
    long start = 16 + bloom;
    if (buckets > MAX_SYMBOLS || start + buckets * 4 > table.size()) {
      file.damaged("hash table");
      return 0;
    }
    long last = 0;
    for (int i = 0; i < buckets; i++) {
      last = Math.max(last, table.u32((int) start + i * 4));
    }
    if (last < first) {
      return first;
    }
    long chain = start + buckets * 4 + (last - first) * 4;
    while (chain + 4 <= table.size() && (table.u32((int) chain) & 1) == 0) {
      chain += 4;
      last++;
    }
    return last + 1;
  }

  private void read(ElfBytes.Table symbols, ElfBytes.Table names) {
    boolean wide = bytes.wide();
    int entry = entrySize();
    for (int at = entry; at + entry <= symbols.size(); at += entry) {
      int info = symbols.u8(at + (wide ? 4 : 12));
      int section = symbols.u16(at + (wide ? 6 : 14));
      boolean fileOrSection = (info & 15) == 4 || (info & 15) == 3;
      String name = fileOrSection ? "" : names.string(symbols.u32(at));
      characters += name.length();
      if (characters > MAX_NAME_CHARACTERS) {
        file.damaged("symbol names: too many");
        return;
      }
      if (!name.isEmpty()) {
        (section == 0 ? imported : defined).add(name);
      }
    }
  }

  private int entrySize() {
    return bytes.wide() ? 24 : 16;
  }
}
