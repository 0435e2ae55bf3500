/// Firmware of microcontrollers: text formats, boot headers, update containers.
@NullMarked
package io.firmament.analysis.unpack.formats.mcu;

import org.jspecify.annotations.NullMarked;
