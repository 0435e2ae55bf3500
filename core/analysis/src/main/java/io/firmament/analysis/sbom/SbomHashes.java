package io.firmament.analysis.sbom;

import io.firmament.base.Sha256;
import org.jspecify.annotations.Nullable;

/// What a file hashes to.
///
/// @param sha512 in lower-case hex; null where it was not computed
public record SbomHashes(Sha256 sha256, @Nullable String sha512) {}
