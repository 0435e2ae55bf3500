package io.firmament.rest.firmware;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.FirmwareStore;

/// `GET /api/firmwares/{id}/sbom`: what [FirmwareSbom] writes.
public final class DownloadSbom implements Operation {
  private final FirmwareStore store;
  private final FirmwareSbom sbom;

  public DownloadSbom(FirmwareStore store, FirmwareSbom sbom) {
    this.store = store;
    this.sbom = sbom;
  }

  @Override
  public HttpResponse handle(Request request) {
    return sbom.answer(request, AnalysedFirmware.visible(request, store));
  }
}
