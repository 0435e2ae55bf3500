/// Romfs, the plain file system in ROM.
@NullMarked
package io.firmament.analysis.unpack.formats.romfs;

import org.jspecify.annotations.NullMarked;
