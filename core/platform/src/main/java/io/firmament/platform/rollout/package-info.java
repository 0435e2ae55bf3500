/// Groups of devices, and how an artifact reaches them: in waves, at a pace, and no further than
/// its failures allow. What is decided here is decided from data and an instant; reading, writing
/// and the clock are elsewhere.
@NullMarked
package io.firmament.platform.rollout;

import org.jspecify.annotations.NullMarked;
