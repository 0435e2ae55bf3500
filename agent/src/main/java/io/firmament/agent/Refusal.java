package io.firmament.agent;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;

/// What the platform's answer to a call means for the agent.
enum Refusal {
  /// The device was let go: wipe the keys and end.
  DECOMMISSIONED,
  /// Repeating cannot help: end and say why.
  FINAL,
  /// Try again later.
  PASSING;

  private static final Metadata.Key<String> CODE =
      Metadata.Key.of("firmament-error-code", Metadata.ASCII_STRING_MARSHALLER);

  static Refusal of(StatusRuntimeException answer) {
    if (code(answer).equals("device_decommissioned")) {
      return DECOMMISSIONED;
    }
    Status.Code status = answer.getStatus().getCode();
    return switch (status) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          UNAUTHENTICATED,
          UNIMPLEMENTED ->
          code(answer).equals("device_changed") ? PASSING : FINAL;
      case OK,
          CANCELLED,
          UNKNOWN,
          DEADLINE_EXCEEDED,
          RESOURCE_EXHAUSTED,
          ABORTED,
          OUT_OF_RANGE,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          PASSING;
    };
  }

  /// How long the platform asks to wait before the next try; zero where it says nothing.
  static Duration retryAfter(StatusRuntimeException answer) {
    com.google.rpc.Status status = StatusProto.fromThrowable(answer);
    if (status == null) {
      return Duration.ZERO;
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          return Duration.ofSeconds(detail.unpack(RetryInfo.class).getRetryDelay().getSeconds());
        } catch (InvalidProtocolBufferException unreadable) {
          return Duration.ZERO;
        }
      }
    }
    return Duration.ZERO;
  }

  /// The catalogued code; empty where the answer carries none.
  static String code(StatusRuntimeException answer) {
    Metadata trailers = answer.getTrailers();
    String code = trailers == null ? null : trailers.get(CODE);
    return code == null ? "" : code;
  }

  /// Why, in words: the platform's, or those of the connection that failed.
  static String reason(StatusRuntimeException answer) {
    Throwable cause = answer.getStatus().getCause();
    if (cause == null) {
      return String.valueOf(answer.getStatus().getDescription());
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
