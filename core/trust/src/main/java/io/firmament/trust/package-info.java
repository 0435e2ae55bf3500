/// Keys, certificates and signatures.
@NullMarked
package io.firmament.trust;

import org.jspecify.annotations.NullMarked;
