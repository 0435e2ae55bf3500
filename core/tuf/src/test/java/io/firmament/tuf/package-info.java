@NullMarked
package io.firmament.tuf;

import org.jspecify.annotations.NullMarked;
