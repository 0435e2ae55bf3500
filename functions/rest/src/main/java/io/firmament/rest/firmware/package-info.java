/// What came out of a firmware, to download.
@NullMarked
package io.firmament.rest.firmware;

import org.jspecify.annotations.NullMarked;
