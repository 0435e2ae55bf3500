package io.firmament.platform.trust;

import io.firmament.trust.Signer;
import java.util.Optional;

/// What is in one of the places that a role has for its keys.
public sealed interface KeySlot {
  /// A key that signs.
  record Holds(Signer signer) implements KeySlot {}

  /// A key that does not sign any more, for it is disabled or about to be deleted, and keeps its
  /// place until it is gone for good.
  record Blocked() implements KeySlot {}

  /// Nothing: no key was made here, or it was deleted.
  record Free() implements KeySlot {}

  /// The key that signs.
  default Optional<Signer> held() {
    return this instanceof Holds(Signer signer) ? Optional.of(signer) : Optional.empty();
  }
}
