/// What a boot loader reads: FIT images, environments, the kernel's own configuration.
@NullMarked
package io.firmament.analysis.unpack.formats.boot;

import org.jspecify.annotations.NullMarked;
