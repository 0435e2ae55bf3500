package io.firmament.rest.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.logs.LogRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `POST /api/v1/devices/{name}/logs`: asks for logs of a device, which its next heartbeat fetches.
public final class RequestDeviceLogs implements Operation {
  private static final String AGENT = "agent";

  private final DeviceLogs logs;
  private final Clock clock;

  public RequestDeviceLogs(DeviceLogs logs, Clock clock) {
    this.logs = logs;
    this.clock = clock;
  }

  @Override
  public HttpResponse handle(Request request) {
    NewLogRequest asked = FleetRequests.read(request, NewLogRequest.class);
    LogRequest made =
        logs.request(
            request.authenticated(),
            FleetRequests.deviceName(request),
            new DeviceLogs.Wish(
                Optional.ofNullable(asked.source()).orElse(AGENT),
                since(asked.since()),
                Optional.ofNullable(asked.maxBytes())));
    return FleetRequests.json(202, LogRequestBody.class, LogRequestBody.of(made, clock.instant()));
  }

  private static Optional<Instant> since(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      Instant since = Instant.parse(text).truncatedTo(ChronoUnit.MILLIS);
      // What a protocol buffer's Timestamp can say.
      if (!since.isBefore(Instant.EPOCH) && since.isBefore(Instant.parse("9999-01-01T00:00:00Z"))) {
        return Optional.of(since);
      }
    } catch (DateTimeException e) {
      // Answered below.
    }
    throw BaseProblem.INVALID_FIELD.with(
        "field", "since", "detail", "must be a time as 2026-01-31T12:00:00Z");
  }
}
