package io.firmament.aws;

import io.firmament.platform.firmware.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.S3Client;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ObjectStoreTest implements ObjectStoreContract {
  private final AwsUnderTest aws = AwsUnderTest.start();
  private final S3Client s3 = aws.s3();
  private final ObjectStore store = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));

  @Override
  public ObjectStore store() {
    return store;
  }

  @Override
  public AwsUnderTest aws() {
    return aws;
  }

  @AfterAll
  void end() {
    aws.close();
  }
}
