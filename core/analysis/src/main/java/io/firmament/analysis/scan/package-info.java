/// Reading every distinct content of a tree once, on all processors.
@NullMarked
package io.firmament.analysis.scan;

import org.jspecify.annotations.NullMarked;
