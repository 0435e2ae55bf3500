/// YAFFS, versions 1 and 2.
@NullMarked
package io.firmament.analysis.unpack.formats.yaffs;

import org.jspecify.annotations.NullMarked;
