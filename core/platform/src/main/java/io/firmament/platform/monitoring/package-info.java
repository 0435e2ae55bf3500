/// What analyses found, kept up to date with the vulnerability facts.
@NullMarked
package io.firmament.platform.monitoring;

import org.jspecify.annotations.NullMarked;
