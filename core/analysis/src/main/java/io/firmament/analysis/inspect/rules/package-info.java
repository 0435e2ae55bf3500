/// The rules of the inspection, one class each.
@NullMarked
package io.firmament.analysis.inspect.rules;

import org.jspecify.annotations.NullMarked;
