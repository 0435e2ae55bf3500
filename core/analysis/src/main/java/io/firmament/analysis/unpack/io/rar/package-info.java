/// The compression of RAR archives, versions 2.9 to 5.
@NullMarked
package io.firmament.analysis.unpack.io.rar;

import org.jspecify.annotations.NullMarked;
