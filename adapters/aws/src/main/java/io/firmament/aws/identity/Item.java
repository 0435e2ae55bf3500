package io.firmament.aws.identity;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// An item under construction, or one that was read.
final class Item {
  private final Map<String, AttributeValue> attributes;

  private Item(Map<String, AttributeValue> attributes) {
    this.attributes = attributes;
  }

  static Item of(String pk, String sk) {
    return new Item(new HashMap<>(key(pk, sk)));
  }

  static Item read(Map<String, AttributeValue> attributes) {
    return new Item(attributes);
  }

  static Map<String, AttributeValue> key(String pk, String sk) {
    return Map.of("pk", string(pk), "sk", string(sk));
  }

  static AttributeValue string(String text) {
    return AttributeValue.builder().s(text).build();
  }

  static AttributeValue number(long number) {
    return AttributeValue.builder().n(Long.toString(number)).build();
  }

  Item with(String name, Object value) {
    attributes.put(name, string(value.toString()));
    return this;
  }

  Item with(String name, Optional<?> value) {
    value.ifPresent(v -> with(name, v.toString()));
    return this;
  }

  /// A list, because DynamoDB has no empty set.
  Item withAll(String name, Collection<String> values) {
    List<AttributeValue> list = values.stream().sorted().map(Item::string).toList();
    attributes.put(name, AttributeValue.builder().l(list).build());
    return this;
  }

  /// From when on DynamoDB may delete the item.
  Item expiringAt(Instant instant) {
    attributes.put("expiresAt", number(instant.getEpochSecond()));
    return this;
  }

  Map<String, AttributeValue> attributes() {
    return attributes;
  }

  String text(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalStateException("an item lacks its attribute " + name));
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(attributes.get(name)).flatMap(v -> Optional.ofNullable(v.s()));
  }

  Instant instant(String name) {
    return Instant.parse(text(name));
  }

  boolean has(String name) {
    return attributes.containsKey(name);
  }

  List<String> texts(String name) {
    AttributeValue value = attributes.get(name);
    return value == null ? List.of() : value.l().stream().map(AttributeValue::s).toList();
  }
}
