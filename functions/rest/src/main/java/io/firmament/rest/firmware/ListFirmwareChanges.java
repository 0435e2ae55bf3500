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
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.MonitoringStore;

/// `GET /api/firmwares/{id}/changes`: when other facts changed what is known of a firmware, newest
/// first, and what its matches are made with now.
public final class ListFirmwareChanges implements Operation {
  private static final JsonType<ChangeBody.Page> TYPE =
      Jsonb.builder().build().type(ChangeBody.Page.class);

  private final FirmwareStore store;
  private final MonitoringStore monitoring;

  public ListFirmwareChanges(FirmwareStore store, MonitoringStore monitoring) {
    this.store = store;
    this.monitoring = monitoring;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = Paging.of(request);
    Firmware firmware = AnalysedFirmware.visible(request, store);
    Page<FirmwareChange> page = monitoring.changes(firmware.tenant(), firmware.id(), asked);
    return HttpResponse.json(
        200,
        TYPE.toJson(
            new ChangeBody.Page(
                firmware.latestAnalysis().matched().map(ChangeBody.With::of).orElse(null),
                page.items().stream().map(ChangeBody::of).toList(),
                asked.limit(),
                page.next().map(Cursor::value).orElse(null))));
  }
}
