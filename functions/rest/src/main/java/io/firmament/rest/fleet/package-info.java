/// The operations of the fleet: enrolment tokens and devices.
@NullMarked
package io.firmament.rest.fleet;

import org.jspecify.annotations.NullMarked;
