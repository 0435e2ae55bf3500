/// What must hold across modules.
@NullMarked
package io.firmament.verify;

import org.jspecify.annotations.NullMarked;
