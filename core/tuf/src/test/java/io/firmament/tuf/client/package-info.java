@NullMarked
package io.firmament.tuf.client;

import org.jspecify.annotations.NullMarked;
