/// Headers that makers of devices put around their firmware.
@NullMarked
package io.firmament.analysis.unpack.formats.vendor;

import org.jspecify.annotations.NullMarked;
