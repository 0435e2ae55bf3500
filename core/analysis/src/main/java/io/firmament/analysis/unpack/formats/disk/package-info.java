/// Partition tables, and images of whole disks as virtual machines have them.
@NullMarked
package io.firmament.analysis.unpack.formats.disk;

import org.jspecify.annotations.NullMarked;
