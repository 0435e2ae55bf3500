/// HFS+, the file system of Mac OS before APFS.
@NullMarked
package io.firmament.analysis.unpack.formats.hfsplus;

import org.jspecify.annotations.NullMarked;
