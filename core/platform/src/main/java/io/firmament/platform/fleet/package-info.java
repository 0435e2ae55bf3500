/// Enrolment tokens, devices and liveness.
@NullMarked
package io.firmament.platform.fleet;

import org.jspecify.annotations.NullMarked;
