package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Paging;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;

/// `GET /api/firmwares/{id}/vex-documents`: the VEX documents that were taken in.
public final class ListVexDocuments implements Operation {
  private static final JsonType<VexDocumentBody.Page> BODY =
      Jsonb.builder().build().type(VexDocumentBody.Page.class);

  private final FirmwareStore store;
  private final VexDocuments vex;

  public ListVexDocuments(FirmwareStore store, VexDocuments vex) {
    this.store = store;
    this.vex = vex;
  }

  @Override
  public HttpResponse handle(Request request) {
    Firmware firmware = AnalysedFirmware.visible(request, store);
    PageRequest asked = Paging.of(request);
    Page<VexImport> page = vex.list(firmware.tenant(), firmware.id(), asked);
    return HttpResponse.json(
        200,
        BODY.toJson(
            new VexDocumentBody.Page(
                page.items().stream().map(VexDocumentBody::of).toList(),
                asked.limit(),
                page.next().map(Cursor::value).orElse(null))));
  }
}
