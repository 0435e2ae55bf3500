/// The Minix file system, versions 1 to 3.
@NullMarked
package io.firmament.analysis.unpack.formats.minix;

import org.jspecify.annotations.NullMarked;
