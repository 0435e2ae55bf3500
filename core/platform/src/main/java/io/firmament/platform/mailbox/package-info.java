/// What waits for a device, and what its heartbeats tell it.
@NullMarked
package io.firmament.platform.mailbox;

import org.jspecify.annotations.NullMarked;
