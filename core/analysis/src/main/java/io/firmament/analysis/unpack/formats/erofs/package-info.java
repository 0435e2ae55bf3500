/// EROFS, the enhanced read-only file system.
@NullMarked
package io.firmament.analysis.unpack.formats.erofs;

import org.jspecify.annotations.NullMarked;
