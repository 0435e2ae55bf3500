/// Benchmarks: each prints a ratio to a reference that ran by turns with it.
@NullMarked
package io.firmament.bench;

import org.jspecify.annotations.NullMarked;
