@NullMarked
package io.firmament.rest.registry;

import org.jspecify.annotations.NullMarked;
