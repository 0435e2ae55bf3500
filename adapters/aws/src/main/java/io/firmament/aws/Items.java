package io.firmament.aws;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Reads and builds DynamoDB items.
final class Items {
  private Items() {}

  static AttributeValue string(String value) {
    return AttributeValue.builder().s(value).build();
  }

  static AttributeValue number(long value) {
    return AttributeValue.builder().n(Long.toString(value)).build();
  }

  static AttributeValue bool(boolean value) {
    return AttributeValue.builder().bool(value).build();
  }

  static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of("pk", string(pk), "sk", string(sk));
  }

  /// A changeable item that begins with its key.
  static Map<String, AttributeValue> item(String pk, String sk) {
    return new HashMap<>(key(pk, sk));
  }

  static void put(Map<String, AttributeValue> item, String name, Optional<?> value) {
    value.ifPresent(v -> item.put(name, string(v.toString())));
  }

  static Optional<String> find(Map<String, AttributeValue> item, String name) {
    return Optional.ofNullable(item.get(name)).flatMap(v -> Optional.ofNullable(v.s()));
  }

  static String text(Map<String, AttributeValue> item, String name) {
    return find(item, name)
        .orElseThrow(() -> new IllegalStateException("an item lacks its attribute " + name));
  }
}
