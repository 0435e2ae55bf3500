/// Archives that are rare in firmware, and files that are known and kept as they are.
@NullMarked
package io.firmament.analysis.unpack.formats.archive;

import org.jspecify.annotations.NullMarked;
