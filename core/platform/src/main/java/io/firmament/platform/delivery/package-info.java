/// What devices fetch: the files of signed artifacts and their metadata.
@NullMarked
package io.firmament.platform.delivery;

import org.jspecify.annotations.NullMarked;
