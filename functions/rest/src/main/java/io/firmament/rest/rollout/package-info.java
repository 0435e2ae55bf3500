/// The operations of groups and rollouts.
@NullMarked
package io.firmament.rest.rollout;

import org.jspecify.annotations.NullMarked;
