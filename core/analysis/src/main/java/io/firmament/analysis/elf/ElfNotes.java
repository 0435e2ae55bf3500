package io.firmament.analysis.elf;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The notes that matter to an inventory: the GNU build id and the package note of
/// `https://systemd.io/ELF_PACKAGE_METADATA`.
record ElfNotes(Optional<String> buildId, Optional<String> packageNote) {
  private static final int MAX_NOTES = 1 << 16;
  private static final int MAX_TABLES = 64;
  private static final long BUILD_ID = 3;
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
    ElfNotes notes = new ElfNotes(Optional.empty(), Optional.empty());
    for (ElfBytes.Table table : tables) {
      notes = notes.with(table);
    }
    return notes;
  }

  private ElfNotes with(ElfBytes.Table table) {
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
        notes = new ElfNotes(Optional.of(HexFormat.of().formatHex(value)), notes.packageNote);
      }
      if (type == PACKAGE && notes.packageNote.isEmpty()) {
        String text = new String(value, StandardCharsets.UTF_8).replace("\0", "").strip();
        notes = new ElfNotes(notes.buildId, Optional.of(text));
      }
      at = content + padded(size);
    }
    return notes;
  }

  private static long padded(long size) {
    return (size + 3) & ~3L;
  }
}
