/// ISO 9660 with Rock Ridge, Joliet and El Torito.
@NullMarked
package io.firmament.analysis.unpack.formats.iso;

import org.jspecify.annotations.NullMarked;
