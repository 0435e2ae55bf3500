/// The operations of artifacts.
@NullMarked
package io.firmament.rest.artifact;

import org.jspecify.annotations.NullMarked;
