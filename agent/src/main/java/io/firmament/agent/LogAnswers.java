package io.firmament.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.firmament.base.Log;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.LogHeader;
import io.firmament.device.v1.LogOutcome;
import io.firmament.device.v1.LogRequest;
import io.firmament.device.v1.UploadLogsRequest;
import io.firmament.device.v1.UploadLogsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Answers requests for logs, one after the other, beside everything else.
///
/// A request that was answered is not answered again while this process lives, unless the platform
/// did not hear the answer.
final class LogAnswers implements AutoCloseable {
  private static final Log LOG = Log.of(LogAnswers.class);
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int MAX_DETAIL = 1_000;
  private static final int MAX_ANSWERED = 200;
  private static final int DEADLINE_SECONDS = 300;

  private final LogSources sources;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private final Map<String, Boolean> answered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MAX_ANSWERED;
        }
      };

  LogAnswers(LogSources sources) {
    this.sources = sources;
  }

  /// Begins to answer what was not answered yet.
  void answer(List<LogRequest> requests, ManagedChannel channel) {
    for (LogRequest request : requests) {
      synchronized (answered) {
        if (answered.putIfAbsent(request.getRequestId(), true) != null) {
          continue;
        }
      }
      thread.execute(() -> answer(request, channel));
    }
  }

  private void answer(LogRequest request, ManagedChannel channel) {
    try {
      Optional<Instant> since =
          request.hasSince() ? Optional.of(instant(request.getSince())) : Optional.empty();
      Upload upload =
          new Upload(
              parts(request, sources.collect(request.getSource(), since, request.getMaxBytes())));
      DeviceServiceGrpc.newStub(channel)
          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
          .uploadLogs(upload);
      upload.send();
      LOG.info("logs_sent", "request", request.getRequestId(), "source", request.getSource());
    } catch (ExecutionException e) {
      Status.Code code = Status.fromThrowable(e).getCode();
      LOG.warn("logs_not_sent", "request", request.getRequestId(), "status", code);
      if (code != Status.Code.NOT_FOUND && code != Status.Code.RESOURCE_EXHAUSTED) {
        forget(request);
      }
    } catch (TimeoutException e) {
      forget(request);
    } catch (InterruptedException e) {
      forget(request);
      Thread.currentThread().interrupt();
    }
  }

  private void forget(LogRequest request) {
    synchronized (answered) {
      answered.remove(request.getRequestId());
    }
  }

  private static List<UploadLogsRequest> parts(LogRequest request, LogSources.Bundle bundle) {
    LogHeader.Builder header = LogHeader.newBuilder().setRequestId(request.getRequestId());
    List<UploadLogsRequest> parts = new ArrayList<>();
    byte[] content = new byte[0];
    switch (bundle) {
      case LogSources.Bundle.Sent(byte[] gzip) -> {
        header.setOutcome(LogOutcome.LOG_OUTCOME_SENT);
        content = gzip;
      }
      case LogSources.Bundle.NotAllowed(String why) ->
          header.setOutcome(LogOutcome.LOG_OUTCOME_NOT_ALLOWED).setDetail(cut(why));
      case LogSources.Bundle.Unavailable(String why) ->
          header.setOutcome(LogOutcome.LOG_OUTCOME_UNAVAILABLE).setDetail(cut(why));
    }
    parts.add(UploadLogsRequest.newBuilder().setHeader(header).build());
    for (int at = 0; at < content.length; at += CHUNK_BYTES) {
      int length = Math.min(CHUNK_BYTES, content.length - at);
      parts.add(
          UploadLogsRequest.newBuilder().setData(ByteString.copyFrom(content, at, length)).build());
    }
    return parts;
  }

  private static String cut(String text) {
    return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL);
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /// Sends parts as fast as they are taken.
  private static final class Upload
      implements ClientResponseObserver<UploadLogsRequest, UploadLogsResponse> {
    private final List<UploadLogsRequest> parts;
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<UploadLogsRequest>> call =
        new CompletableFuture<>();
    private final Semaphore ready = new Semaphore(0);

    Upload(List<UploadLogsRequest> parts) {
      this.parts = List.copyOf(parts);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<UploadLogsRequest> stream) {
      stream.setOnReadyHandler(ready::release);
      call.complete(stream);
    }

    void send() throws ExecutionException, InterruptedException, TimeoutException {
      ClientCallStreamObserver<UploadLogsRequest> stream = call.get();
      for (UploadLogsRequest part : parts) {
        while (!stream.isReady() && !answer.isDone()) {
          boolean _ = ready.tryAcquire(1, TimeUnit.SECONDS);
        }
        if (answer.isDone()) {
          break;
        }
        stream.onNext(part);
      }
      if (!answer.isDone()) {
        stream.onCompleted();
      }
      boolean _ = answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(UploadLogsResponse value) {}

    @Override
    public void onError(Throwable error) {
      answer.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      answer.complete(true);
    }
  }
}
