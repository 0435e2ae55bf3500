/// The trust half of publishing: one TUF repository per tenant, its online keys, the ceremonies
/// that its offline keys sign, and its renewal.
@NullMarked
package io.firmament.platform.trust;

import org.jspecify.annotations.NullMarked;
