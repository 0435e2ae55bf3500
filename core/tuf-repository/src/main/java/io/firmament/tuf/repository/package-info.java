/// The repository side of The Update Framework, specification 1.0.34, sections 3 and 6.
///
/// Root and the top-level targets are signed offline, in a
/// [io.firmament.tuf.repository.SigningRequest];
/// snapshot, timestamp, publisher and the fleets' roles online, through the signer port. Everything
/// that is published goes through [io.firmament.tuf.repository.TufRepository], whose only commit is
/// the exchange of the timestamp.
@NullMarked
package io.firmament.tuf.repository;

import org.jspecify.annotations.NullMarked;
