/// The detailed client workflow of The Update Framework, specification 1.0.34, section 5.
///
/// [TufClient] fetches, checks and keeps; [TrustedMetadata] makes the checks, each with its clause.
/// It knows nothing of how a repository is made.
@NullMarked
package io.firmament.tuf.client;

import org.jspecify.annotations.NullMarked;
