package io.firmament.analysis.elf;

import java.nio.ByteOrder;

/// The ELF header, of the System V gABI chapter 4 "ELF Header".
///
/// @param bits 32 or 64
/// @param type `e_type`: 1 relocatable, 2 executable, 3 shared object, 4 core
/// @param machine `e_machine`
/// @param flags `e_flags`
public record ElfHeader(
    int bits, ByteOrder order, int osAbi, int type, int machine, long flags, long entry) {
  public static final int RELOCATABLE = 1;
  public static final int EXECUTABLE = 2;
  public static final int SHARED = 3;

  private static final int MACHINE_MIPS = 8;

  public boolean bigEndian() {
    return order == ByteOrder.BIG_ENDIAN;
  }

  public boolean mips() {
    return machine == MACHINE_MIPS;
  }

  /// The architecture as the Linux world calls it, without its byte order.
  public String architecture() {
    return switch (machine) {
      case 2, 18, 43 -> "sparc";
      case 3 -> "x86";
      case 4 -> "m68k";
      case MACHINE_MIPS -> bits == 64 ? "mips64" : "mips";
      case 15 -> "hppa";
      case 20 -> "powerpc";
      case 21 -> "powerpc64";
      case 22 -> "s390";
      case 40 -> "arm";
      case 42 -> "superh";
      case 50 -> "ia64";
      case 62 -> "x86_64";
      case 83 -> "avr";
      case 93, 195 -> "arc";
      case 94 -> "xtensa";
      case 106 -> "blackfin";
      case 113 -> "nios2";
      case 183 -> "aarch64";
      case 189 -> "microblaze";
      case 243 -> bits == 64 ? "riscv64" : "riscv32";
      case 252 -> "csky";
      case 258 -> "loongarch";
      default -> "machine-" + machine;
    };
  }
}
