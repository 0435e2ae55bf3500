package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.JsonDocument;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Paging;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.MatchChange;
import io.firmament.platform.monitoring.MonitoringStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/// `GET /api/firmwares/{id}/changes/{change}`: the matches that a change consists of: new ones,
/// then those that are judged otherwise, then those that are gone, each by vulnerability.
public final class GetFirmwareChange implements Operation {
  private static final Jsonb JSON = Jsonb.builder().build();
  private static final JsonType<List<MatchChange>> CHANGES = JSON.type(MatchChange.class).list();
  private static final JsonType<ChangeBody.Matches> TYPE = JSON.type(ChangeBody.Matches.class);

  private final FirmwareStore store;
  private final MonitoringStore monitoring;
  private final ObjectStore documents;

  public GetFirmwareChange(FirmwareStore store, MonitoringStore monitoring, ObjectStore documents) {
    this.store = store;
    this.monitoring = monitoring;
    this.documents = documents;
  }

  @Override
  public HttpResponse handle(Request request) {
    PageRequest asked = Paging.of(request);
    Firmware firmware = AnalysedFirmware.visible(request, store);
    String id = request.pathParameter("change");
    FirmwareChange change =
        FirmwareChange.Id.parse(id)
            .flatMap(each -> monitoring.findChange(firmware.tenant(), firmware.id(), each))
            .orElseThrow(() -> FirmwareProblem.CHANGE_NOT_FOUND.with("change", id));
    List<MatchChange> all = read(firmware, change);
    int from = asked.cursor().map(cursor -> place(cursor, all.size())).orElse(0);
    int to = Math.min(all.size(), from + asked.limit());
    return HttpResponse.json(
        200,
        TYPE.toJson(
            new ChangeBody.Matches(
                ChangeBody.of(change),
                all.subList(from, to).stream().map(ChangeBody.Match::of).toList(),
                asked.limit(),
                to == all.size() ? null : String.valueOf(to))));
  }

  /// A change never changes, so that a place in it is a number.
  private static int place(Cursor cursor, int size) {
    if (!cursor.value().matches("\\d{1,9}") || Integer.parseInt(cursor.value()) > size) {
      throw BaseProblem.INVALID_CURSOR.with();
    }
    return Integer.parseInt(cursor.value());
  }

  private List<MatchChange> read(Firmware firmware, FirmwareChange change) {
    AnalysisKey key = new AnalysisKey(firmware.tenant(), firmware.id(), change.analysis());
    String name = ObjectKeys.changes(key, change.id().value());
    try (InputStream in =
        documents.read(name).orElseThrow(() -> new IllegalStateException("missing: " + name))) {
      return JsonDocument.read(CHANGES, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
