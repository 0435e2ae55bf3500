/// FAT12, FAT16 and FAT32 with long names.
@NullMarked
package io.firmament.analysis.unpack.formats.fat;

import org.jspecify.annotations.NullMarked;
