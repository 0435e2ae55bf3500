package io.firmament.aws;

import io.firmament.platform.firmware.FirmwareStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoFirmwareStoreTest implements FirmwareStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final FirmwareStore store =
      new DynamoFirmwareStore(dynamo, aws.table(dynamo, "firmware"));

  @Override
  public FirmwareStore store() {
    return store;
  }

  @AfterAll
  void end() {
    aws.close();
  }
}
