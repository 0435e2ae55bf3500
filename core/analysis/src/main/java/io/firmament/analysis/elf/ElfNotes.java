package io.firmament.analysis.elf;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The notes that matter: the GNU build id, the package note of
/// `https://systemd.io/ELF_PACKAGE_METADATA`, and the processor features of the GNU property note.
///
/// @param features the AND of the features of all parts, by the ABI of the processor; 0 for none
record ElfNotes(Optional<String> buildId, Optional<String> packageNote, long features) {
  private static final int MAX_NOTES = 1 << 16;
  private static final int MAX_TABLES = 64;
  private static final long BUILD_ID = 3;
  private static final long PROPERTIES = 5;
  private static final long AARCH64_FEATURES = 0xc0000000L;
  private static final long X86_FEATURES = 0xc0000002L;
  private static final long PACKAGE = 0xcafe1a7eL;

  static ElfNotes read(ElfBytes bytes, List<ElfSegment> segments, List<ElfSection> sections) {
    List<ElfBytes.Table> tables =
        Stream.concat(
                segments.stream()
                    .filter(segment -> segment.type() == ElfSegment.NOTE)
                    .map(s -> bytes.table(s.offset(), s.fileSize(), MAX_NOTES)),
                sections.stream()
                    .filter(section -> section.type() == ElfSection.NOTE)
                    .map(s -> bytes.table(s.offset(), s.size(), MAX_NOTES)))
            .limit(MAX_TABLES)
            .toList();
    ElfNotes notes = new ElfNotes(Optional.empty(), Optional.empty(), 0);
    for (ElfBytes.Table table : tables) {
      notes = notes.with(table, bytes.wide());
    }
    return notes;
  }

  private ElfNotes with(ElfBytes.Table table, boolean wide) {
    ElfNotes notes = this;
    long at = 0;
    while (at + 12 <= table.size()) {
      long nameSize = table.u32((int) at);
      long size = table.u32((int) at + 4);
      long type = table.u32((int) at + 8);
      long content = at + 12 + padded(nameSize);
      if (content + size > table.size()) {
        return notes;
      }
      byte[] value = table.range((int) content, (int) size);
      if (type == BUILD_ID && notes.buildId.isEmpty() && table.string(at + 12).equals("GNU")) {
        notes =
            new ElfNotes(
                Optional.of(HexFormat.of().formatHex(value)), notes.packageNote, notes.features);
      }
      if (type == PACKAGE && notes.packageNote.isEmpty()) {
        String text = new String(value, StandardCharsets.UTF_8).replace("\0", "").strip();
        notes = new ElfNotes(notes.buildId, Optional.of(text), notes.features);
      }
      if (type == PROPERTIES && notes.features == 0 && table.string(at + 12).equals("GNU")) {
        long read = features(table, (int) content, (int) (content + size), wide ? 8 : 4);
        notes = new ElfNotes(notes.buildId, notes.packageNote, read);
      }
      at = content + padded(size);
    }
    return notes;
  }

  /// "Linux Extensions to gABI", section "Program property": type, size, data, padded to a word.
  private static long features(ElfBytes.Table table, int from, int to, int word) {
    int at = from;
    while (at + 8 <= to) {
      long type = table.u32(at);
      long size = table.u32(at + 4);
      if (type == AARCH64_FEATURES || type == X86_FEATURES) {
        return size >= 4 ? table.u32(at + 8) : 0;
      }
      if (size > to - at) {
        return 0;
      }
      at += (int) (8 + (size + word - 1) / word * word);
    }
    return 0;
  }

  private static long padded(long size) {
    return (size + 3) & ~3L;
  }
}
