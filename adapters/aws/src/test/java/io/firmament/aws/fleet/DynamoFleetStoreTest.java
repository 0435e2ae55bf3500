package io.firmament.aws.fleet;

import io.firmament.aws.AwsUnderTest;
import io.firmament.platform.fleet.FleetStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoFleetStoreTest implements FleetStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final FleetStore store = new DynamoFleetStore(dynamo, aws.table(dynamo, "fleet"));

  @Override
  public FleetStore store() {
    return store;
  }

  @AfterAll
  void end() {
    aws.close();
  }
}
