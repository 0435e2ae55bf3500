/// The analysis engine.
@NullMarked
package io.firmament.analysis;

import org.jspecify.annotations.NullMarked;
