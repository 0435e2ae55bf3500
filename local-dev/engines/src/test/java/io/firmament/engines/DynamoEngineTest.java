package io.firmament.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class DynamoEngineTest {
  @TempDir private Path folder;

  @Test
  void startsEmptyAndEndsWhenClosed() {
    DynamoEngine engine = DynamoEngine.inMemory();
    try (DynamoDbClient client = client(engine)) {
      assertEquals(List.of(), client.listTables().tableNames());
    }
    int port = engine.endpoint().getPort();
    engine.close();
    assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
  }

  @Test
  void keepsItsTablesAcrossRestarts() {
    Path file = folder.resolve("data/dynamo.db");
    try (DynamoEngine engine = DynamoEngine.durable(file);
        DynamoDbClient client = client(engine)) {
      client.createTable(
          b ->
              b.tableName("things")
                  .billingMode(BillingMode.PAY_PER_REQUEST)
                  .keySchema(
                      KeySchemaElement.builder().attributeName("PK").keyType(KeyType.HASH).build())
                  .attributeDefinitions(
                      AttributeDefinition.builder()
                          .attributeName("PK")
                          .attributeType(ScalarAttributeType.S)
                          .build()));
    }
    try (DynamoEngine engine = DynamoEngine.durable(file);
        DynamoDbClient client = client(engine)) {
      assertEquals(List.of("things"), client.listTables().tableNames());
    }
  }

  @Test
  void saysWhatToRunWhereTheBinaryIsMissing() {
    System.setProperty(DynamoEngine.BINARY_PROPERTY, folder.resolve("none").toString());
    try {
      IllegalStateException e = assertThrows(IllegalStateException.class, DynamoEngine::inMemory);
      assertTrue(String.valueOf(e.getMessage()).contains("npm ci"), e.getMessage());
    } finally {
      System.clearProperty(DynamoEngine.BINARY_PROPERTY);
    }
  }

  private static DynamoDbClient client(DynamoEngine engine) {
    return DynamoDbClient.builder()
        .endpointOverride(engine.endpoint())
        .region(Region.EU_CENTRAL_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .httpClient(UrlConnectionHttpClient.create())
        .build();
  }
}
