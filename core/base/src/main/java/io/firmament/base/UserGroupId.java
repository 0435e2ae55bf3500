package io.firmament.base;

import java.util.Optional;
import java.util.UUID;

/// A group of users that share roles.
public record UserGroupId(UUID value) {
  public static UserGroupId of(String text) {
    return new UserGroupId(UUID.fromString(text));
  }

  /// Parses the canonical form; empty for anything else, so that a bad id is a missing thing.
  public static Optional<UserGroupId> parse(String text) {
    return Ids.parse(text).map(UserGroupId::new);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
