/// PPMd variant H, the compression by prediction of 7z and ZIP.
@NullMarked
package io.firmament.analysis.unpack.io.ppmd;

import org.jspecify.annotations.NullMarked;
