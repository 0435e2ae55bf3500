/// Cramfs, the compressed file system in ROM.
@NullMarked
package io.firmament.analysis.unpack.formats.cramfs;

import org.jspecify.annotations.NullMarked;
