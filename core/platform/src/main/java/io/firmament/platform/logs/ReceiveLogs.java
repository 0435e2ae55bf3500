package io.firmament.platform.logs;

import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.LogRequestId;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.ObjectUpload;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceEvent;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Takes the logs that a device sends. A request is answered once: of two answers at the same time
/// one counts, with the bytes that it brought.
public final class ReceiveLogs {
  private static final int MAX_DETAIL = 1_000;
  private static final int[] GZIP = {0x1f, 0x8b};

  private final LogStore store;
  private final ObjectStore contents;
  private final Clock clock;
  private final Ids ids;

  public ReceiveLogs(LogStore store, ObjectStore contents, Clock clock, Ids ids) {
    this.store = store;
    this.contents = contents;
    this.clock = clock;
    this.ids = ids;
  }

  /// The open request of a device.
  ///
  /// @throws io.firmament.base.ProblemException `log_request_unknown` for one that is none, or is
  ///     answered, or past its time
  public LogRequest require(Device device, String id) {
    return LogRequestId.parse(id)
        .flatMap(each -> store.find(device.tenant(), device.name(), each))
        .filter(request -> request.open(clock.instant()))
        .orElseThrow(LogProblem.LOG_REQUEST_UNKNOWN::with);
  }

  /// The device sends nothing.
  public void refuse(LogRequest request, LogRequest.Reason reason, String detail) {
    String cut = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
    answer(request, new LogRequest.Answer.Refused(now(), reason, cut));
  }

  /// Begins to take bytes for a request.
  public Receiving begin(LogRequest request) {
    String key =
        "logs/%s/%s/%s/%s.gz"
            .formatted(request.tenant(), request.device(), request.id(), ids.next());
    return new Receiving(request, key, contents.begin(key, "application/gzip"));
  }

  /// Logs on their way. Nothing remains of them unless they are complete.
  public final class Receiving implements AutoCloseable {
    private final LogRequest request;
    private final String key;
    private final ObjectUpload upload;
    private final MessageDigest digest = Sha256.newDigest();

    private Receiving(LogRequest request, String key, ObjectUpload upload) {
      this.request = request;
      this.key = key;
      this.upload = upload;
    }

    /// @throws io.firmament.base.ProblemException `logs_too_large` beyond what was asked for
    public void write(byte[] bytes) {
      if (upload.size() + bytes.length > request.maxBytes()) {
        throw LogProblem.LOGS_TOO_LARGE.with("limit", request.maxBytes());
      }
      for (int i = 0; i < bytes.length && upload.size() + i < GZIP.length; i++) {
        if ((bytes[i] & 0xff) != GZIP[(int) upload.size() + i]) {
          throw BaseProblem.INVALID_FIELD.with("field", "data", "detail", "must be gzip");
        }
      }
      upload.write(bytes, 0, bytes.length);
      digest.update(bytes);
    }

    /// Keeps the logs and answers the request.
    public void complete() {
      long size = upload.size();
      upload.complete();
      answer(
          request, new LogRequest.Answer.Sent(now(), key, size, Sha256.ofDigest(digest.digest())));
    }

    @Override
    public void close() {
      upload.close();
    }
  }

  private void answer(LogRequest request, LogRequest.Answer answer) {
    LogRequest answered = request.answered(answer);
    Instant now = now();
    DeviceEvent event =
        new DeviceEvent(
            ids.next(),
            request.tenant(),
            request.device(),
            now,
            DeviceEvent.Kind.LOGS_RECEIVED,
            new TreeMap<>(
                Map.of(
                    "request", request.id().toString(),
                    "source", request.source(),
                    "state", answered.state(now).name().toLowerCase(Locale.ROOT))));
    if (!store.answer(answered, event)) {
      throw LogProblem.LOG_REQUEST_UNKNOWN.with();
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
