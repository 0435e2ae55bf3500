package io.firmament.device;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/// Makes requests to DynamoDB fail, and counts those that do not.
final class Faults implements ExecutionInterceptor {
  private final AtomicReference<Fault> fault = new AtomicReference<>(none());
  private final AtomicLong requests = new AtomicLong();

  private record Fault(Predicate<SdkRequest> of, RuntimeException trouble) {}

  private static Fault none() {
    return new Fault(_ -> false, new IllegalStateException());
  }

  /// Throttles such requests, by the start of their names, from now on.
  void throttle(String... names) {
    fault.set(
        new Fault(
            named(names),
            ProvisionedThroughputExceededException.builder()
                .message("slow down")
                .statusCode(400)
                .awsErrorDetails(
                    AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .build())
                .build()));
  }

  /// Such requests get no answer from now on.
  void timeOut(String... names) {
    fault.set(new Fault(named(names), ApiCallTimeoutException.create(1)));
  }

  void heal() {
    fault.set(none());
  }

  long requests() {
    return requests.get();
  }

  private static Predicate<SdkRequest> named(String... names) {
    return request ->
        java.util.Arrays.stream(names).anyMatch(request.getClass().getSimpleName()::startsWith);
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    Fault now = Objects.requireNonNull(fault.get());
    if (now.of().test(context.request())) {
      throw now.trouble();
    }
    requests.incrementAndGet();
  }
}
