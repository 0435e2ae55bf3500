/// SquashFS 4, little endian, with every codec of its tools.
@NullMarked
package io.firmament.analysis.unpack.formats.squashfs;

import org.jspecify.annotations.NullMarked;
