@NullMarked
package io.firmament.rest.trust;

import org.jspecify.annotations.NullMarked;
