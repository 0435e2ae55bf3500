package io.firmament.aws;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionInProgressException;

/// Tells trouble of AWS that passes from a bug of ours.
public final class Outage {
  private static final int SERVER_ERROR = 500;

  private Outage() {}

  /// Whether the same call may succeed later: AWS did not answer, throttled, or failed.
  public static boolean is(@Nullable Throwable trouble) {
    for (Throwable cause = trouble; cause != null; cause = cause.getCause()) {
      if (cause instanceof SdkClientException
          || cause instanceof TransactionInProgressException
          || cause instanceof TransactionCanceledException) {
        return true;
      }
      if (cause instanceof SdkServiceException service) {
        return service.isThrottlingException() || service.statusCode() >= SERVER_ERROR;
      }
    }
    return false;
  }
}
