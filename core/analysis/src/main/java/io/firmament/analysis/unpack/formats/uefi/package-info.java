/// PC firmware: UEFI volumes, capsules, variable stores, and Intel's flash descriptor.
@NullMarked
package io.firmament.analysis.unpack.formats.uefi;

import org.jspecify.annotations.NullMarked;
