@NullMarked
package io.firmament.platform.rollout;

import org.jspecify.annotations.NullMarked;
