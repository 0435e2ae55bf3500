package io.firmament.analysis.elf;

/// A program header.
///
/// @param type `p_type`
/// @param flags `p_flags`: 1 execute, 2 write, 4 read
public record ElfSegment(
    long type, long flags, long offset, long address, long fileSize, long memorySize) {
  public static final long LOAD = 1;
  public static final long DYNAMIC = 2;
  public static final long INTERPRETER = 3;
  public static final long NOTE = 4;
  public static final long GNU_STACK = 0x6474e551L;
  public static final long GNU_RELRO = 0x6474e552L;

  public boolean executable() {
    return (flags & 1) != 0;
  }

  public boolean writable() {
    return (flags & 2) != 0;
  }
}
