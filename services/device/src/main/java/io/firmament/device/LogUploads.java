package io.firmament.device;

import io.firmament.base.BaseProblem;
import io.firmament.base.TenantId;
import io.firmament.device.v1.LogHeader;
import io.firmament.device.v1.UploadLogsRequest;
import io.firmament.device.v1.UploadLogsResponse;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.ReceiveLogs;
import io.firmament.platform.mailbox.Deliveries;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Logs that devices send. The transport takes the next message of a device when the last is with
/// the object store, so that none needs more memory than a part of an object.
final class LogUploads {
  private static final int RETRY_SECONDS = 30;
  private static final Status TOO_LONG =
      Status.DEADLINE_EXCEEDED.withDescription("the logs take too long");

  private final ReceiveLogs receive;
  private final Deliveries deliveries;
  private final ScheduledExecutorService timer;
  private final Limits limits;
  private final Semaphore slots;
  private final ConcurrentHashMap<Sender, Upload> sending = new ConcurrentHashMap<>();

  private record Sender(TenantId tenant, DeviceName device) {
    static Sender of(Device device) {
      return new Sender(device.tenant(), device.name());
    }
  }

  /// @param atOnce uploads at the same time, of a device one; a part of an object, 8 MiB, may be
  ///     held for each
  /// @param longest how long one may take
  record Limits(int atOnce, Duration longest) {
    static Limits standard() {
      return new Limits(32, Duration.ofMinutes(2));
    }
  }

  LogUploads(
      ReceiveLogs receive, Deliveries deliveries, ScheduledExecutorService timer, Limits limits) {
    this.receive = receive;
    this.deliveries = deliveries;
    this.timer = timer;
    this.limits = limits;
    this.slots = new Semaphore(limits.atOnce());
  }

  /// Begins to take logs of a device. A stream that it began before is given up: it has lost that
  /// one, or it would not begin another.
  ///
  /// @throws io.firmament.base.ProblemException `throttled` where too many others send
  StreamObserver<UploadLogsRequest> begin(
      Device device, StreamObserver<UploadLogsResponse> answer) {
    Upload upload = new Upload(device, answer);
    Upload before = sending.put(Sender.of(device), upload);
    if (before != null) {
      before.giveUp(Status.ABORTED.withDescription("the device sends anew"));
    }
    if (!upload.start()) {
      sending.remove(Sender.of(device), upload);
      throw BaseProblem.THROTTLED.with("device", device.name(), "seconds", RETRY_SECONDS);
    }
    return upload;
  }

  /// Takes no notice of what still comes of a stream that was refused.
  static final class Ended implements StreamObserver<UploadLogsRequest> {
    @Override
    public void onNext(UploadLogsRequest part) {}

    @Override
    public void onError(Throwable broken) {}

    @Override
    public void onCompleted() {}
  }

  /// One stream. Messages come one after the other; the timer comes whenever it wants.
  private final class Upload implements StreamObserver<UploadLogsRequest> {
    private final Device device;
    private final StreamObserver<UploadLogsResponse> answer;
    private @Nullable ScheduledFuture<?> timeout;
    private @Nullable LogRequest request;
    private ReceiveLogs.@Nullable Receiving receiving;
    private @Nullable LogHeader header;
    private boolean slot;
    private boolean ended;

    Upload(Device device, StreamObserver<UploadLogsResponse> answer) {
      this.device = device;
      this.answer = answer;
    }

    /// @return false where there is no place for it
    synchronized boolean start() {
      if (ended) {
        return true;
      }
      slot = slots.tryAcquire();
      if (slot) {
        timeout =
            timer.schedule(
                () -> Thread.ofVirtual().start(() -> giveUp(TOO_LONG)),
                limits.longest().toMillis(),
                TimeUnit.MILLISECONDS);
      }
      return slot;
    }

    private synchronized void giveUp(Status why) {
      if (!ended) {
        end();
        answer.onError(why.asRuntimeException());
      }
    }

    @Override
    public synchronized void onNext(UploadLogsRequest part) {
      if (ended) {
        return;
      }
      try {
        switch (part.getPartCase()) {
          case HEADER -> begin(part.getHeader());
          case DATA -> {
            if (receiving == null) {
              throw invalid("data", "does not belong here");
            }
            receiving.write(part.getData().toByteArray());
          }
          case PART_NOT_SET -> throw invalid("part", "is missing");
        }
      } catch (RuntimeException trouble) {
        fail(trouble);
      }
    }

    private void begin(LogHeader first) {
      if (header != null) {
        throw invalid("header", "comes once");
      }
      header = first;
      LogRequest open = receive.require(device, first.getRequestId());
      request = open;
      switch (first.getOutcome()) {
        case LOG_OUTCOME_SENT -> receiving = receive.begin(open);
        case LOG_OUTCOME_NOT_ALLOWED, LOG_OUTCOME_UNAVAILABLE -> {}
        case LOG_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
            throw invalid("outcome", "is none that there is");
      }
    }

    @Override
    public synchronized void onError(Throwable broken) {
      if (!ended) {
        end();
      }
    }

    @Override
    public synchronized void onCompleted() {
      if (ended) {
        return;
      }
      try {
        LogRequest open = request;
        LogHeader first = header;
        if (open == null || first == null) {
          throw invalid("header", "is missing");
        }
        if (receiving != null) {
          receiving.complete();
        } else {
          receive.refuse(open, reason(first), first.getDetail());
        }
        deliveries.answered(open);
        end();
        answer.onNext(UploadLogsResponse.getDefaultInstance());
        answer.onCompleted();
      } catch (RuntimeException trouble) {
        fail(trouble);
      }
    }

    private void fail(RuntimeException trouble) {
      end();
      answer.onError(DeviceCalls.refusal("UploadLogs", trouble));
    }

    /// Whoever is answered after this may send again at once.
    private void end() {
      if (ended) {
        return;
      }
      ended = true;
      if (slot) {
        slots.release();
      }
      sending.remove(Sender.of(device), this);
      if (timeout != null) {
        timeout.cancel(false);
      }
      if (receiving != null) {
        receiving.close();
      }
    }
  }

  private static LogRequest.Reason reason(LogHeader header) {
    return switch (header.getOutcome()) {
      case LOG_OUTCOME_NOT_ALLOWED -> LogRequest.Reason.NOT_ALLOWED;
      case LOG_OUTCOME_UNAVAILABLE, LOG_OUTCOME_SENT, LOG_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
          LogRequest.Reason.UNAVAILABLE;
    };
  }

  private static RuntimeException invalid(String field, String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
  }
}
