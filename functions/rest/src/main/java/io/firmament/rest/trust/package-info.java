/// The operations of a tenant's TUF repository: ceremonies and the trust centre.
@NullMarked
package io.firmament.rest.trust;

import org.jspecify.annotations.NullMarked;
