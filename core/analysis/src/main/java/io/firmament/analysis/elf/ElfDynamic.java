package io.firmament.analysis.elf;

import java.util.List;
import java.util.Optional;

/// What the dynamic section asks of the loader.
///
/// @param needed `DT_NEEDED` in file order
/// @param flags `DT_FLAGS`
/// @param flags1 `DT_FLAGS_1`
/// @param bindNow whether all relocations are resolved at start: `DT_BIND_NOW`, `DF_BIND_NOW` or
///     `DF_1_NOW`
/// @param textRelocations `DT_TEXTREL` or `DF_TEXTREL`
public record ElfDynamic(
    List<String> needed,
    Optional<String> soname,
    Optional<String> rpath,
    Optional<String> runpath,
    long flags,
    long flags1,
    boolean bindNow,
    boolean textRelocations) {
  private static final long DF_1_PIE = 0x08000000L;

  public ElfDynamic {
    needed = List.copyOf(needed);
  }

  /// `DF_1_PIE`: an executable that the linker made position independent.
  public boolean pie() {
    return (flags1 & DF_1_PIE) != 0;
  }
}
