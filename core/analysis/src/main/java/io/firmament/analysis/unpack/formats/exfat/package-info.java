/// The exFAT file system.
@NullMarked
package io.firmament.analysis.unpack.formats.exfat;

import org.jspecify.annotations.NullMarked;
