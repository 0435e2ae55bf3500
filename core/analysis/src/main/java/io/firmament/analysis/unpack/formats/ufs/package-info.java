/// The Unix file system of the BSDs and of Solaris (UFS, FFS).
@NullMarked
package io.firmament.analysis.unpack.formats.ufs;

import org.jspecify.annotations.NullMarked;
