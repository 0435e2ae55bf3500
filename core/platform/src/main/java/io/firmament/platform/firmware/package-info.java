/// Products, uploads, firmware, analyses and the read model of their results.
@NullMarked
package io.firmament.platform.firmware;

import org.jspecify.annotations.NullMarked;
