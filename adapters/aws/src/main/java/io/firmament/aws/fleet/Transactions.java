package io.firmament.aws.fleet;

import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/// Transactions whose refusal is a result. A transaction that met another one on the same items is
/// tried again.
public final class Transactions {
  private static final int ATTEMPTS = 6;
  private static final int FIRST_PAUSE_MILLIS = 10;

  private final DynamoDbClient client;

  public Transactions(DynamoDbClient client) {
    this.client = client;
  }

  /// How a transaction ended.
  public sealed interface Outcome {}

  /// All of it is stored.
  public record Written() implements Outcome {}

  /// None of it is stored, since a condition does not hold.
  ///
  /// @param item the first whose condition failed, from 0
  public record Refused(int item) implements Outcome {}

  public Outcome write(List<TransactWriteItem> items) {
    for (int attempt = 1; ; attempt++) {
      try {
        client.transactWriteItems(b -> b.transactItems(items));
        return new Written();
      } catch (TransactionCanceledException e) {
        List<String> codes =
            e.cancellationReasons().stream().map(CancellationReason::code).toList();
        int refused = codes.indexOf("ConditionalCheckFailed");
        if (refused >= 0) {
          return new Refused(refused);
        }
        if (attempt >= ATTEMPTS || !codes.contains("TransactionConflict")) {
          throw e;
        }
        pause(FIRST_PAUSE_MILLIS << attempt);
      }
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
