/// The catalogue of artifacts: what devices can be given, how it is uploaded, signed and taken
/// back.
///
/// The signed metadata says what devices find, and the catalogue follows it: a version is published
/// in the catalogue only after the metadata lists it for every one of its fleets, and withdrawn
/// only after the metadata lists it for none.
@NullMarked
package io.firmament.platform.artifact;

import org.jspecify.annotations.NullMarked;
