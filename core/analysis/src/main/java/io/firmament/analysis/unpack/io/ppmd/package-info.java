/// PPMd, the compression by prediction of 7z and RAR (variant H) and ZIP (variant I).
@NullMarked
package io.firmament.analysis.unpack.io.ppmd;

import org.jspecify.annotations.NullMarked;
