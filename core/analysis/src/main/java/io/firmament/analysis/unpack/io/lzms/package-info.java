/// LZMS, the compression of Windows images that are small in transit (ESD, solid WIM).
@NullMarked
package io.firmament.analysis.unpack.io.lzms;

import org.jspecify.annotations.NullMarked;
