/// The layout of the index file: building it from normalised facts and reading it from mapped
/// memory.
@NullMarked
package io.firmament.analysis.advisory.index;

import org.jspecify.annotations.NullMarked;
