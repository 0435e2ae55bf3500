package io.firmament.platform.trust;

import io.firmament.base.UserId;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Root;
import io.firmament.tuf.Targets;
import java.time.Instant;
import java.util.Optional;

/// Documents that were prepared, and the signatures that have come in.
///
/// @param root empty where none is to be signed
/// @param targets the same of the top-level targets
/// @param preparedBy whose wish it was
public record Ceremony(
    Optional<Metadata<Root>> root,
    Optional<Metadata<Targets>> targets,
    Instant preparedAt,
    UserId preparedBy) {
  /// How many signatures there are in all.
  public int signatures() {
    return root.map(document -> document.signatures().size()).orElse(0)
        + targets.map(document -> document.signatures().size()).orElse(0);
  }

  boolean isExpired(Instant now) {
    return root.filter(document -> document.signed().isExpired(now)).isPresent()
        || targets.filter(document -> document.signed().isExpired(now)).isPresent();
  }

  /// Whether the other would have the same signed, but for the hour it expires.
  boolean asksForTheSameAs(Ceremony other) {
    return root.map(Ceremony::content).equals(other.root.map(Ceremony::content))
        && targets.map(Ceremony::content).equals(other.targets.map(Ceremony::content));
  }

  private static Json.Obj content(Metadata<?> document) {
    return document.signed().json().without("expires");
  }

  Ceremony withRoot(Metadata<Root> signed) {
    return new Ceremony(Optional.of(signed), targets, preparedAt, preparedBy);
  }

  Ceremony withTargets(Metadata<Targets> signed) {
    return new Ceremony(root, Optional.of(signed), preparedAt, preparedBy);
  }
}
