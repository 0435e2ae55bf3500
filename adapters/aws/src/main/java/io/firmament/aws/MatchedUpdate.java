package io.firmament.aws;

import io.firmament.platform.firmware.Matched;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How it is written into a firmware's item what its matches were made with. A tenant that has had
/// a record always has an index of its own, so that the attribute is never removed.
final class MatchedUpdate {
  private MatchedUpdate() {}

  /// The assignments of a SET clause.
  ///
  /// @param values where their values are added
  static String of(Matched matched, Map<String, AttributeValue> values) {
    values.put(":index", Items.string(matched.index()));
    values.put(":at", Items.string(matched.at().toString()));
    matched.user().ifPresent(user -> values.put(":user", Items.string(user.hex())));
    return "matchedIndex = :index, matchedAt = :at"
        + (matched.user().isPresent() ? ", matchedUser = :user" : "");
  }
}
