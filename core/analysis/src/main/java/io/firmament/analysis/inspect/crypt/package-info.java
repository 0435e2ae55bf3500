/// Password hashing schemes of Unix systems, to try well-known passwords on a hash.
@NullMarked
package io.firmament.analysis.inspect.crypt;

import org.jspecify.annotations.NullMarked;
