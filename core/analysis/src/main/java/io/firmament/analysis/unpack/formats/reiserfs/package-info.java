/// The Reiser file system, formats 3.5 and 3.6.
@NullMarked
package io.firmament.analysis.unpack.formats.reiserfs;

import org.jspecify.annotations.NullMarked;
