package io.firmament.platform.firmware;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import java.time.Instant;
import java.util.Optional;

/// One uploaded firmware image, with its latest analysis.
///
/// @param version as the uploader gave it
/// @param releaseDate as the uploader gave it
/// @param notes as the uploader gave them
/// @param sizeBytes of the uploaded object; 0 for an upload of an SBOM alone
public record Firmware(
    TenantId tenant,
    FirmwareId id,
    String name,
    Optional<String> version,
    Optional<Instant> releaseDate,
    Optional<String> notes,
    boolean monitoring,
    ProductId product,
    ProductGroupId productGroup,
    Optional<AnalysisConfigurationId> analysisConfiguration,
    UserId uploader,
    Instant uploadedAt,
    String objectKey,
    Optional<String> sbomKey,
    long sizeBytes,
    Analysis latestAnalysis) {
  /// The image of an upload, where it arrived, with an analysis that waits.
  ///
  /// @param sbomKey where the SBOM is that came with it
  public static Firmware received(
      Upload upload, long sizeBytes, Optional<String> sbomKey, Instant at) {
    return new Firmware(
        upload.tenant(),
        upload.firmware(),
        upload.name(),
        upload.version(),
        upload.releaseDate(),
        upload.notes(),
        upload.monitoring(),
        upload.product(),
        upload.productGroup(),
        upload.analysisConfiguration(),
        upload.uploader(),
        at,
        ObjectKeys.firmware(upload.tenant(), upload.id()),
        sbomKey,
        sizeBytes,
        Analysis.waiting(upload.analysis(), upload.firmware(), at));
  }
}
