/// What was worked out from a content once, for the next image that has it.
@NullMarked
package io.firmament.analysis.cache;

import org.jspecify.annotations.NullMarked;
