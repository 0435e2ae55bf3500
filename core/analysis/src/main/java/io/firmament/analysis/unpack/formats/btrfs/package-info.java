/// The btrfs file system on a single device.
@NullMarked
package io.firmament.analysis.unpack.formats.btrfs;

import org.jspecify.annotations.NullMarked;
