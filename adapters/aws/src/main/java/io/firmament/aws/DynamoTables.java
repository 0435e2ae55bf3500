package io.firmament.aws;

import io.firmament.schema.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;

/// Creates the contract's tables where no CDK app does: on local engines and in tests.
public final class DynamoTables {
  private final DynamoDbClient dynamo;

  public DynamoTables(DynamoDbClient dynamo) {
    this.dynamo = dynamo;
  }

  /// Creates the table under the given name and waits for it; one that exists stays as it is.
  public void create(TableDefinition table, String name) {
    try {
      dynamo.createTable(request(table, name));
    } catch (ResourceInUseException exists) {
      return;
    }
    dynamo.waiter().waitUntilTableExists(b -> b.tableName(name));
  }

  private static CreateTableRequest request(TableDefinition table, String name) {
    Set<String> attributes = new TreeSet<>(List.of(table.partitionKey(), table.sortKey()));
    List<GlobalSecondaryIndex> indexes = new ArrayList<>();
    for (TableDefinition.Index index : table.indexes()) {
      attributes.addAll(List.of(index.partitionKey(), index.sortKey()));
      indexes.add(
          GlobalSecondaryIndex.builder()
              .indexName(index.name())
              .keySchema(keys(index.partitionKey(), index.sortKey()))
              .projection(Projection.builder().projectionType(ProjectionType.ALL).build())
              .build());
    }
    CreateTableRequest.Builder request =
        CreateTableRequest.builder()
            .tableName(name)
            .billingMode(BillingMode.PAY_PER_REQUEST)
            .keySchema(keys(table.partitionKey(), table.sortKey()))
            .attributeDefinitions(attributes.stream().map(DynamoTables::string).toList())
            .globalSecondaryIndexes(indexes);
    table
        .streamView()
        .ifPresent(
            view ->
                request.streamSpecification(
                    StreamSpecification.builder()
                        .streamEnabled(true)
                        .streamViewType(view)
                        .build()));
    return request.build();
  }

  private static List<KeySchemaElement> keys(String partition, String sort) {
    return List.of(
        KeySchemaElement.builder().attributeName(partition).keyType(KeyType.HASH).build(),
        KeySchemaElement.builder().attributeName(sort).keyType(KeyType.RANGE).build());
  }

  private static AttributeDefinition string(String name) {
    return AttributeDefinition.builder()
        .attributeName(name)
        .attributeType(ScalarAttributeType.S)
        .build();
  }
}
