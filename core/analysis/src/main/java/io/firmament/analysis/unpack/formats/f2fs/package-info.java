/// F2FS, the flash-friendly file system.
@NullMarked
package io.firmament.analysis.unpack.formats.f2fs;

import org.jspecify.annotations.NullMarked;
