/// Which software an image holds: package databases, the kernel, libraries and version banners,
/// fused into components with their evidence.
@NullMarked
package io.firmament.analysis.inventory;

import org.jspecify.annotations.NullMarked;
