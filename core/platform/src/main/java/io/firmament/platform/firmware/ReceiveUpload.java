package io.firmament.platform.firmware;

import io.firmament.base.BaseProblem;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import java.time.Clock;
import java.util.Optional;

/// Turns an upload whose objects are stored into a firmware with an analysis that waits. Both doors
/// and the storage event may ask, any number of times: there is one firmware.
public final class ReceiveUpload {
  private final FirmwareStore store;
  private final ObjectStore uploads;
  private final Clock clock;

  public ReceiveUpload(FirmwareStore store, ObjectStore uploads, Clock clock) {
    this.store = store;
    this.uploads = uploads;
    this.clock = clock;
  }

  /// The firmware of the upload.
  public Firmware receive(TenantId tenant, UploadId id) {
    Upload upload =
        store
            .findUpload(tenant, id)
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "upload"));
    if (upload.usedAt().isPresent()) {
      return stored(upload);
    }
    String key = ObjectKeys.firmware(tenant, id);
    ObjectInfo image =
        uploads.find(key).orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "uploaded image"));
    String sbomKey = ObjectKeys.sbom(tenant, id);
    Optional<String> sbom = uploads.find(sbomKey).map(_ -> sbomKey);
    Firmware firmware = Firmware.received(upload, image.size(), sbom, clock.instant());
    return store.receive(upload, firmware) ? firmware : stored(upload);
  }

  private Firmware stored(Upload upload) {
    return store
        .find(upload.tenant(), upload.firmware())
        .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "firmware"));
  }
}
