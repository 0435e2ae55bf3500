/// UBIFS, the file system on UBI volumes.
@NullMarked
package io.firmament.analysis.unpack.formats.ubifs;

import org.jspecify.annotations.NullMarked;
