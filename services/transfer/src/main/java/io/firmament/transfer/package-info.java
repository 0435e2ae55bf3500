/// Streaming uploads and downloads.
@NullMarked
package io.firmament.transfer;

import org.jspecify.annotations.NullMarked;
