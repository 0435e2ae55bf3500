@NullMarked
package io.firmament.agent;

import org.jspecify.annotations.NullMarked;
