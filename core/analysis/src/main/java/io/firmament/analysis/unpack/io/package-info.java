/// Bounded binary reading for the formats: byte sources, fields, streams and block decoders.
@NullMarked
package io.firmament.analysis.unpack.io;

import org.jspecify.annotations.NullMarked;
