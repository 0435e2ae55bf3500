/// Images of Android devices: boot partitions, sparse images, dynamic partitions, updates.
@NullMarked
package io.firmament.analysis.unpack.formats.android;

import org.jspecify.annotations.NullMarked;
