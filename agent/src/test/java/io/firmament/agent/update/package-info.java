@NullMarked
package io.firmament.agent.update;

import org.jspecify.annotations.NullMarked;
