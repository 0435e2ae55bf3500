/// The metadata of The Update Framework, specification 1.0.34: reading it strictly, its canonical
/// form, its keys, and who signed it.
///
/// Nothing here fetches, stores or knows the time; [io.firmament.tuf.client] does. The package
/// needs nothing but the JDK, so that a device carries no more than it must.
@NullMarked
package io.firmament.tuf;

import org.jspecify.annotations.NullMarked;
