/// Container registries by HTTP.
@NullMarked
package io.firmament.registry;

import org.jspecify.annotations.NullMarked;
