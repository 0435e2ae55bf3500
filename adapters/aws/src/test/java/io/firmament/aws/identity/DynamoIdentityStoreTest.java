package io.firmament.aws.identity;

import io.firmament.aws.AwsUnderTest;
import io.firmament.platform.identity.IdentityStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DynamoIdentityStoreTest extends IdentityStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final IdentityStore store =
      new DynamoIdentityStore(dynamo, aws.table(dynamo, "identity"));

  @AfterAll
  void stop() {
    aws.close();
  }

  @Override
  IdentityStore store() {
    return store;
  }

  @Override
  AwsUnderTest aws() {
    return aws;
  }
}
