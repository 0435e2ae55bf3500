package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Paging;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.monitoring.MonitoringStore;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `GET /api/changes`: when other facts changed what is known of any firmware that the caller may
/// see, newest first. What is of other firmware is passed over, so that a page may be short.
public final class ListChanges implements Operation {
  /// How many pages are passed over in one request where nothing on them may be seen.
  private static final int MOST_PAGES = 10;

  private static final JsonType<TenantChangeBody.Page> BODY =
      Jsonb.builder().build().type(TenantChangeBody.Page.class);

  private final FirmwareStore store;
  private final MonitoringStore monitoring;

  public ListChanges(FirmwareStore store, MonitoringStore monitoring) {
    this.store = store;
    this.monitoring = monitoring;
  }

  @Override
  public HttpResponse handle(Request request) {
    Caller caller = request.authenticated();
    PageRequest asked = Paging.of(request);
    Optional<Instant> since = request.queryParameter("since").map(ListChanges::time);
    Map<FirmwareId, Optional<Firmware>> visible = new HashMap<>();
    List<TenantChangeBody> items = new ArrayList<>();
    Optional<Cursor> next = asked.cursor();
    for (int i = 0; items.isEmpty() && i < MOST_PAGES; i++) {
      Page<MonitoringStore.OfFirmware> page =
          monitoring.changes(caller.tenant(), since, new PageRequest(asked.limit(), next));
      for (MonitoringStore.OfFirmware each : page.items()) {
        visible
            .computeIfAbsent(each.firmware(), id -> visible(caller, id))
            .ifPresent(firmware -> items.add(TenantChangeBody.of(firmware, each.change())));
      }
      next = page.next();
      if (next.isEmpty()) {
        break;
      }
    }
    return HttpResponse.json(
        200,
        BODY.toJson(
            new TenantChangeBody.Page(items, asked.limit(), next.map(Cursor::value).orElse(null))));
  }

  private Optional<Firmware> visible(Caller caller, FirmwareId id) {
    return store
        .find(caller.tenant(), id)
        .filter(found -> caller.may(Permission.FIRMWARE_VIEW, found.productGroup()));
  }

  private static Instant time(String text) {
    try {
      OffsetDateTime time =
          text.length() == 10
              ? LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC)
              : OffsetDateTime.parse(text);
      // Other years have other forms, which do not sort as these do.
      if (time.getYear() > 0 && time.getYear() < 9_999) {
        return time.toInstant();
      }
    } catch (DateTimeException e) {
      // It is no time at all, as below.
    }
    throw BaseProblem.INVALID_FIELD.with(
        "field", "since", "detail", "must be a date, or a time such as 2030-01-31T12:00:00Z");
  }
}
