/// The local platform.
@NullMarked
package io.firmament.local;

import org.jspecify.annotations.NullMarked;
