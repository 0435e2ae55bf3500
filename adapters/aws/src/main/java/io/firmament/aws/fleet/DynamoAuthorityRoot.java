package io.firmament.aws.fleet;

import io.firmament.trust.Pem;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/// Keeps the root certificate of the device authority whose key is in KMS. The first process to ask
/// founds it; all others get that one.
public final class DynamoAuthorityRoot {
  private static final String PEM = "pem";

  private final DynamoDbClient client;
  private final String table;

  public DynamoAuthorityRoot(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
  }

  /// The kept certificate, or the new one, kept from now on.
  ///
  /// @param key which authority: the id of its key
  public X509Certificate findOrKeep(String key, Supplier<X509Certificate> founding) {
    Map<String, AttributeValue> itemKey = FleetItems.key("AUTHORITY#" + key, "root");
    Map<String, AttributeValue> known = read(itemKey);
    if (known.isEmpty()) {
      Map<String, AttributeValue> item = new HashMap<>(itemKey);
      item.put(PEM, FleetItems.s(Pem.encode(founding.get())));
      try {
        client.putItem(
            b -> b.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)"));
      } catch (ConditionalCheckFailedException e) {
        // Someone else founded it in this moment.
      }
      known = read(itemKey);
    }
    try {
      return Pem.certificate(FleetItems.text(known, PEM).getBytes(StandardCharsets.US_ASCII));
    } catch (CertificateException e) {
      throw new IllegalStateException("the kept root certificate cannot be read", e);
    }
  }

  private Map<String, AttributeValue> read(Map<String, AttributeValue> key) {
    return client.getItem(b -> b.tableName(table).key(key).consistentRead(true)).item();
  }
}
