package io.firmament.device;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/// A catalogued problem as a gRPC status: the category gives the status code, the trailers
/// carry the catalogued code.
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
    StatusRuntimeException status =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(code(refusal.problem().category()).getNumber())
                .setMessage(String.valueOf(refusal.getMessage()))
                .addDetails(Any.pack(info))
                .build());
    Metadata trailers = status.getTrailers();
    if (trailers != null) {
      trailers.put(CODE, refusal.problem().code());
    }
    return status;
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
