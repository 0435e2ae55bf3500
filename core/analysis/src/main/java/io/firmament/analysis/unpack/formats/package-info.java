/// One self-describing class for each format that can be recognised and read; all of them are
/// listed in [io.firmament.analysis.unpack.formats.Formats].
@NullMarked
package io.firmament.analysis.unpack.formats;

import org.jspecify.annotations.NullMarked;
