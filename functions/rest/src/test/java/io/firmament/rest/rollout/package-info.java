@NullMarked
package io.firmament.rest.rollout;

import org.jspecify.annotations.NullMarked;
