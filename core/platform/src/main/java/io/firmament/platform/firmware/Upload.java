package io.firmament.platform.firmware;

import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.UserId;
import java.time.Instant;
import java.util.Optional;

/// The permission to upload one image once, with what its uploader said about it.
///
/// The ids of the firmware and of its first analysis are given here, so that whichever door or
/// event comes first, the result is the same.
///
/// @param name of the firmware, as the uploader gave it
/// @param usedAt when the image had arrived; empty while it may still be uploaded
public record Upload(
    TenantId tenant,
    UploadId id,
    FirmwareId firmware,
    AnalysisId analysis,
    String name,
    Optional<String> version,
    Optional<Instant> releaseDate,
    Optional<String> notes,
    boolean monitoring,
    ProductId product,
    ProductGroupId productGroup,
    Optional<AnalysisConfigurationId> analysisConfiguration,
    UserId uploader,
    Instant createdAt,
    Instant expiresAt,
    Optional<Instant> usedAt) {

  /// Refuses unless an image may still be sent under this id.
  public Upload requireOpen(Instant now) {
    if (usedAt.isPresent()) {
      throw FirmwareProblem.UPLOAD_USED.with("firmware", firmware);
    }
    if (!now.isBefore(expiresAt)) {
      throw FirmwareProblem.UPLOAD_EXPIRED.with("expired", expiresAt);
    }
    return this;
  }
}
