package io.firmament.analysis.elf;

/// A section header with its name.
public record ElfSection(
    String name,
    long type,
    long flags,
    long address,
    long offset,
    long size,
    int link,
    long entrySize) {
  public static final long SYMTAB = 2;
  public static final long NOTE = 7;
  public static final long NOBITS = 8;
  public static final long DYNSYM = 11;
}
