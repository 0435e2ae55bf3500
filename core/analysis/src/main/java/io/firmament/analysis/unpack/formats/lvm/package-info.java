/// Logical volumes of LVM2.
@NullMarked
package io.firmament.analysis.unpack.formats.lvm;

import org.jspecify.annotations.NullMarked;
