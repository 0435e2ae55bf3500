/// Local servers that speak the AWS wire protocols.
@NullMarked
package io.firmament.engines;

import org.jspecify.annotations.NullMarked;
