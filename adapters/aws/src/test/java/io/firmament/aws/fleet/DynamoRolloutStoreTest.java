package io.firmament.aws.fleet;

import io.firmament.aws.AwsUnderTest;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.rollout.RolloutStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoRolloutStoreTest implements RolloutStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final String table = aws.table(dynamo, "fleet");
  private final RolloutStore store = new DynamoRolloutStore(dynamo, table);
  private final FleetStore fleet = new DynamoFleetStore(dynamo, table);

  @Override
  public RolloutStore store() {
    return store;
  }

  @Override
  public FleetStore fleet() {
    return fleet;
  }

  @AfterAll
  void end() {
    aws.close();
  }
}
