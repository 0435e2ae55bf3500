/// SquashFS of versions 1 to 4, both byte orders, with every codec of its tools and of vendors.
@NullMarked
package io.firmament.analysis.unpack.formats.squashfs;

import org.jspecify.annotations.NullMarked;
