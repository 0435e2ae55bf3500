package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.sbom.SbomQuality;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;

/// `GET /api/firmwares/{id}/sbom-quality`: how much of what published profiles ask of an SBOM the
/// firmware's says.
public final class GetSbomQuality implements Operation {
  private static final JsonType<SbomQualityBody> BODY =
      Jsonb.builder().build().type(SbomQualityBody.class);

  private final FirmwareStore store;
  private final ObjectStore documents;
  private final FirmwareSbom sbom;

  public GetSbomQuality(FirmwareStore store, ObjectStore documents, FirmwareSbom sbom) {
    this.store = store;
    this.documents = documents;
    this.sbom = sbom;
  }

  @Override
  public HttpResponse handle(Request request) {
    Firmware firmware = AnalysedFirmware.visible(request, store);
    AnalysedFirmware analysed = AnalysedFirmware.complete(firmware, documents);
    SbomQuality quality = SbomQuality.of(sbom.document(analysed, false));
    return HttpResponse.json(200, BODY.toJson(SbomQualityBody.of(quality)));
  }
}
