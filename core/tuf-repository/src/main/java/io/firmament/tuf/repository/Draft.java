package io.firmament.tuf.repository;

import io.firmament.tuf.Metadata;
import io.firmament.tuf.Targets;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// What a transaction wants to say, before versions are taken and anything is signed.
///
/// @param online what roles with keys here will say; their versions are set when written
/// @param offline targets that were signed in a ceremony, to be published as they are
/// @param snapshot whether a new snapshot is wanted even if no targets role changes
record Draft(
    SequencedMap<String, Targets> online, Optional<Metadata<Targets>> offline, boolean snapshot) {
  Draft {
    online = new LinkedHashMap<>(online);
  }

  static Draft none() {
    return new Draft(new LinkedHashMap<>(), Optional.empty(), false);
  }

  Draft with(String role, Targets targets) {
    SequencedMap<String, Targets> all = new LinkedHashMap<>(online);
    all.put(role, targets);
    return new Draft(all, offline, snapshot);
  }

  Draft with(Metadata<Targets> signed) {
    return new Draft(online, Optional.of(signed), snapshot);
  }

  Draft withSnapshot() {
    return new Draft(online, offline, true);
  }

  boolean changesSnapshot() {
    return snapshot || !online.isEmpty() || offline.isPresent();
  }

  /// What a pure decision comes to.
  sealed interface Decision {
    /// Write this.
    record Write(Draft draft) implements Decision {}

    /// Write nothing.
    record Nothing() implements Decision {}

    /// Tell the caller why not.
    record Refuse(Outcome.Reason reason, String detail) implements Decision {}
  }
}
