package io.firmament.platform.firmware;

import io.firmament.base.Sha256;
import java.time.Instant;
import java.util.Optional;

/// What the matches of an analysis were made with.
///
/// @param index SHA-256 of the advisory index in hex, or `starter` for the facts that come with
///     Firmament
/// @param user the index of what the tenant knows for itself; empty where it never had a record
/// @param at when
public record Matched(String index, Optional<Sha256> user, Instant at) {
  /// With the index for all alone.
  public Matched(String index, Instant at) {
    this(index, Optional.empty(), at);
  }

  /// Whether they were made with the same, at whatever time.
  public boolean isWith(String otherIndex, Optional<Sha256> otherUser) {
    return index.equals(otherIndex) && user.equals(otherUser);
  }
}
