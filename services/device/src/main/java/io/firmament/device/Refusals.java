package io.firmament.device;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/// A catalogued problem as a gRPC status: the category gives the status code, the trailers carry
/// the catalogued code, and the details how long to wait where that is known.
final class Refusals {
  /// The trailer with the catalogued code, for agents without a parser for status details.
  static final Metadata.Key<String> CODE =
      Metadata.Key.of("firmament-error-code", Metadata.ASCII_STRING_MARSHALLER);

  private static final String DOMAIN = "firmament";

  private Refusals() {}

  static StatusRuntimeException of(ProblemException refusal) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(refusal.problem().code())
            .setDomain(DOMAIN)
            .putAllMetadata(refusal.facts())
            .build();
    com.google.rpc.Status.Builder answer =
        com.google.rpc.Status.newBuilder()
            .setCode(code(refusal.problem().category()).getNumber())
            .setMessage(String.valueOf(refusal.getMessage()))
            .addDetails(Any.pack(info));
    if (refusal.problem().category() == Problem.Category.THROTTLED
        || refusal.problem().category() == Problem.Category.UNAVAILABLE) {
      answer.addDetails(Any.pack(retry(refusal)));
    }
    StatusRuntimeException status = StatusProto.toStatusRuntimeException(answer.build());
    Metadata trailers = status.getTrailers();
    if (trailers != null) {
      trailers.put(CODE, refusal.problem().code());
    }
    return status;
  }

  private static RetryInfo retry(ProblemException refusal) {
    long seconds = Long.parseLong(refusal.facts().getOrDefault("seconds", "1"));
    return RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(seconds)).build();
  }

  private static Code code(Problem.Category category) {
    return switch (category) {
      case INVALID, NOT_ACCEPTABLE, UNSUPPORTED_MEDIA -> Code.INVALID_ARGUMENT;
      case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case FORBIDDEN -> Code.PERMISSION_DENIED;
      case NOT_FOUND -> Code.NOT_FOUND;
      case CONFLICT -> Code.ALREADY_EXISTS;
      case GONE -> Code.FAILED_PRECONDITION;
      case TOO_LARGE, THROTTLED -> Code.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> Code.UNAVAILABLE;
    };
  }
}
