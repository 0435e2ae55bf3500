/// Keys, certificates and stores of them.
@NullMarked
package io.firmament.analysis.unpack.formats.key;

import org.jspecify.annotations.NullMarked;
