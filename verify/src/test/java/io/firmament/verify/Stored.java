package io.firmament.verify;

import io.firmament.aws.AwsClients;
import io.firmament.schema.Setting;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;

/// All that the platform has stored: every item of every table, every object of every bucket, and
/// every upload in parts that is still open.
final class Stored {
  private static final List<Setting> TABLES =
      List.of(Setting.TABLE_IDENTITY, Setting.TABLE_FIRMWARE, Setting.TABLE_FLEET);
  private static final List<Setting> BUCKETS =
      List.of(
          Setting.BUCKET_UPLOADS,
          Setting.BUCKET_DOCUMENTS,
          Setting.BUCKET_EVIDENCE,
          Setting.BUCKET_ARTIFACTS);
  private static final AwsClients CLIENTS = AwsClients.of(Running.platform().environment());
  private static final DynamoDbClient DYNAMO = CLIENTS.dynamo();
  private static final S3Client S3 = CLIENTS.s3();

  private Stored() {}

  /// What mentions a text, an id for example: contents by where they are.
  static SortedMap<String, String> about(String text) {
    SortedMap<String, String> found = new TreeMap<>();
    for (Setting table : TABLES) {
      String name = table.in(Running.platform().environment());
      DYNAMO
          .scanPaginator(scan -> scan.tableName(name).consistentRead(true))
          .items()
          .forEach(item -> put(found, name + "/" + place(item), print(item), text));
    }
    for (Setting bucket : BUCKETS) {
      String name = bucket.in(Running.platform().environment());
      S3.listObjectsV2Paginator(list -> list.bucket(name))
          .contents()
          .forEach(o -> put(found, name + "/" + o.key(), o.key() + " " + o.eTag(), text));
    }
    openParts().stream()
        .filter(key -> key.contains(text))
        .forEach(key -> found.put("open/" + key, ""));
    return found;
  }

  /// The keys of uploads in parts that were begun and neither completed nor aborted.
  static List<String> openParts() {
    String bucket = Setting.BUCKET_UPLOADS.in(Running.platform().environment());
    return S3.listMultipartUploads(list -> list.bucket(bucket)).uploads().stream()
        .map(upload -> upload.key())
        .toList();
  }

  private static String place(Map<String, AttributeValue> item) {
    return print(Map.of("pk", item.get("pk"), "sk", item.get("sk")));
  }

  /// The same text for the same item.
  private static String print(Map<String, AttributeValue> item) {
    SortedMap<String, String> sorted = new TreeMap<>();
    item.forEach(
        (name, value) -> sorted.put(name, value.hasM() ? print(value.m()) : String.valueOf(value)));
    return sorted.toString();
  }

  /// What is not the same, for a person to read; empty where all is.
  static String difference(Map<String, String> before, Map<String, String> after) {
    SortedMap<String, String> all = new TreeMap<>(before);
    all.putAll(after);
    return all.keySet().stream()
        .filter(place -> !Objects.equals(before.get(place), after.get(place)))
        .map(place -> place + ": " + before.get(place) + " -> " + after.get(place))
        .collect(Collectors.joining("\n"));
  }

  private static void put(Map<String, String> found, String place, String content, String text) {
    if (content.contains(text)) {
      found.put(place, content);
    }
  }
}
