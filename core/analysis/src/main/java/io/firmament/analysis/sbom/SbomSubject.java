package io.firmament.analysis.sbom;

import io.firmament.base.Sha256;
import org.jspecify.annotations.Nullable;

/// What an SBOM is about: the firmware image.
///
/// @param name of the product, or of the upload where there is none
/// @param version as the uploader gave it; null where not
/// @param vendor who makes it; null where not known
/// @param sha256 of the uploaded image, or of the uploaded SBOM where there is no image
/// @param cpe of the product's firmware; null where not known
public record SbomSubject(
    String name,
    @Nullable String version,
    @Nullable String vendor,
    Sha256 sha256,
    @Nullable String cpe) {}
