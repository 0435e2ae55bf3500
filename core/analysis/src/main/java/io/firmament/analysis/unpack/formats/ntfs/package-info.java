/// The NTFS file system.
@NullMarked
package io.firmament.analysis.unpack.formats.ntfs;

import org.jspecify.annotations.NullMarked;
