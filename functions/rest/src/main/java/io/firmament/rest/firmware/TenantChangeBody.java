package io.firmament.rest.firmware;

import io.avaje.jsonb.Json;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.monitoring.FirmwareChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change of what is known of one of a tenant's firmware, as it is answered.
@Json(naming = Json.Naming.LowerUnderscore)
record TenantChangeBody(
    String firmwareId,
    String firmwareName,
    @Nullable String firmwareVersion,
    String id,
    String analysisId,
    ChangeBody.With before,
    ChangeBody.With after,
    int added,
    int changed,
    int gone) {

  /// A page of changes, newest first.
  ///
  /// @param next absent on the last page
  @Json
  record Page(List<TenantChangeBody> items, int limit, @Nullable String next) {}

  static TenantChangeBody of(Firmware firmware, FirmwareChange change) {
    ChangeBody body = ChangeBody.of(change);
    return new TenantChangeBody(
        firmware.id().toString(),
        firmware.name(),
        firmware.version().orElse(null),
        body.id(),
        body.analysisId(),
        body.before(),
        body.after(),
        body.added(),
        body.changed(),
        body.gone());
  }
}
