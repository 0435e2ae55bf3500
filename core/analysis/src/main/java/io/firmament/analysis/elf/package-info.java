/// A bounded reader of ELF files that takes any bytes and never fails on them.
@NullMarked
package io.firmament.analysis.elf;

import org.jspecify.annotations.NullMarked;
