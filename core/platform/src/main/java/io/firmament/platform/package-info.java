/// Identity, firmware and fleet: records, decisions and ports.
@NullMarked
package io.firmament.platform;

import org.jspecify.annotations.NullMarked;
