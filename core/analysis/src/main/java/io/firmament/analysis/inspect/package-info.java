/// What is wrong with an image itself: rules over its files, each with a card that says what it
/// looks for, how bad it is and what to do.
@NullMarked
package io.firmament.analysis.inspect;

import org.jspecify.annotations.NullMarked;
