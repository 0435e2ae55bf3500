/// Turns the YAML of the contract into the resources that the runtime reads; runs in the build
/// only.
@NullMarked
package io.firmament.schema.compiler;

import org.jspecify.annotations.NullMarked;
