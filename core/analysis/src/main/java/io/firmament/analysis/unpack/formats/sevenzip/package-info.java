/// 7z archives: headers that say how streams are coded, and the coders.
@NullMarked
package io.firmament.analysis.unpack.formats.sevenzip;

import org.jspecify.annotations.NullMarked;
