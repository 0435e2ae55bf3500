/// What an image is made for: processor, operating system, distribution and kernel.
@NullMarked
package io.firmament.analysis.identity;

import org.jspecify.annotations.NullMarked;
