package io.firmament.aws.fleet;

import io.firmament.aws.AwsUnderTest;
import io.firmament.platform.logs.LogStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoLogStoreTest implements LogStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final LogStore store = new DynamoLogStore(dynamo, aws.table(dynamo, "fleet"));

  @Override
  public LogStore store() {
    return store;
  }

  @AfterAll
  void end() {
    aws.close();
  }
}
