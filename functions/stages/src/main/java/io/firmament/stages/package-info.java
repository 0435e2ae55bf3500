/// Pipeline stages.
@NullMarked
package io.firmament.stages;

import org.jspecify.annotations.NullMarked;
