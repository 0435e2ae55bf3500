/// Secrets that the platform must be able to use again, kept so that the store alone gives none
/// away.
@NullMarked
package io.firmament.platform.secret;

import org.jspecify.annotations.NullMarked;
