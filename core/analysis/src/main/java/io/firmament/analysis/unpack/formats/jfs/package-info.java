/// IBM's journaled file system, as OS/2 and Linux have it.
@NullMarked
package io.firmament.analysis.unpack.formats.jfs;

import org.jspecify.annotations.NullMarked;
