package io.firmament.analysis.elf;

import io.firmament.analysis.tree.ByteSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What an ELF file says of itself.
///
/// @param dynamic empty for a static or relocatable file
/// @param defined names of the symbols it defines, from `.dynsym` and, where not stripped,
///     `.symtab`
/// @param imported names of the symbols it takes from others
/// @param buildId in hexadecimal
/// @param packageNote the JSON text of `.note.package`
/// @param features processor features that all of it supports (GNU property note): for aarch64 bit
///     0 BTI and bit 1 PAC, for x86 bit 0 IBT and bit 1 SHSTK
/// @param interpreter the dynamic loader
/// @param moduleInfo the `key=value` lines of a kernel module's `.modinfo`
/// @param damage what could not be read, each once, in the order met
public record ElfFile(
    ElfHeader header,
    List<ElfSegment> segments,
    List<ElfSection> sections,
    Optional<ElfDynamic> dynamic,
    Set<String> defined,
    Set<String> imported,
    Optional<String> buildId,
    Optional<String> packageNote,
    long features,
    Optional<String> interpreter,
    List<String> moduleInfo,
    List<String> damage) {
  public ElfFile {
    segments = List.copyOf(segments);
    sections = List.copyOf(sections);
    moduleInfo = List.copyOf(moduleInfo);
    damage = List.copyOf(damage);
  }

  /// Reads any bytes; empty where they are no ELF file. What is damaged is left out and named in
  /// [#damage].
  public static Optional<ElfFile> read(ByteSource source) {
    return ElfReader.read(source);
  }

  public Optional<ElfSection> section(String name) {
    return sections.stream().filter(section -> section.name().equals(name)).findFirst();
  }

  /// The value of a `.modinfo` key.
  public Optional<String> module(String key) {
    return moduleInfo.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst();
  }

  public List<String> needed() {
    return dynamic.map(ElfDynamic::needed).orElse(List.of());
  }

  public Optional<String> soname() {
    return dynamic.flatMap(ElfDynamic::soname);
  }

  /// Neither a loader nor a library is asked for: every function it calls is inside.
  public boolean isStatic() {
    return header.type() == ElfHeader.EXECUTABLE && interpreter.isEmpty() && needed().isEmpty();
  }

  /// A program, be it position independent or not.
  public boolean isProgram() {
    return header.type() == ElfHeader.EXECUTABLE
        || (header.type() == ElfHeader.SHARED
            && (interpreter.isPresent() || dynamic.map(ElfDynamic::pie).orElse(false))
            && soname().isEmpty());
  }

  /// A full symbol table is there, so that a missing name is a missing function.
  public boolean hasSymbolTable() {
    return sections.stream().anyMatch(section -> section.type() == ElfSection.SYMTAB);
  }
}
