/// Logs of devices: who asks for them, and what came.
@NullMarked
package io.firmament.platform.logs;

import org.jspecify.annotations.NullMarked;
