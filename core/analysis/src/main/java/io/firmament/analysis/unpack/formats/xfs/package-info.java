/// The XFS file system, versions 4 and 5.
@NullMarked
package io.firmament.analysis.unpack.formats.xfs;

import org.jspecify.annotations.NullMarked;
