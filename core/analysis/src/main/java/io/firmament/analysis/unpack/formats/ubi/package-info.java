/// UBI, the volumes of unsorted block images on raw flash.
@NullMarked
package io.firmament.analysis.unpack.formats.ubi;

import org.jspecify.annotations.NullMarked;
