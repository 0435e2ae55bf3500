/// UDF, as DVDs, large memory cards and hard disks have it.
@NullMarked
package io.firmament.analysis.unpack.formats.udf;

import org.jspecify.annotations.NullMarked;
