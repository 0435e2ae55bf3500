/// The way from an API Gateway event to an operation and back.
@NullMarked
package io.firmament.edge;

import org.jspecify.annotations.NullMarked;
