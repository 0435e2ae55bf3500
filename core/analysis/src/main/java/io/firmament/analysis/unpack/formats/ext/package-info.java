/// The file systems ext2, ext3 and ext4.
@NullMarked
package io.firmament.analysis.unpack.formats.ext;

import org.jspecify.annotations.NullMarked;
