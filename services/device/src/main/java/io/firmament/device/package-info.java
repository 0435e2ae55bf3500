/// The device service.
@NullMarked
package io.firmament.device;

import org.jspecify.annotations.NullMarked;
