package io.firmament.platform.rollout;

import io.firmament.base.VersionOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// What a device must be, have, and have passed, to be given an artifact.
///
/// They are asked of in this order, and the first that is not met is the reason:
/// 1. The selector holds.
/// 2. Of each dependency the device has one of the values. What it has under a name is what it says
///    of itself in the selector's field of that name (`soc`, `architecture`), its tag of that name,
///    the version of the artifact of that name that it has installed, and what its installed
///    artifacts provide under it. Values are compared as texts.
/// 3. Its version of this artifact is not older than one that must be passed first and that is not
///    newer than the artifact. A device that has no version of it has nothing to pass.
/// 4. Its version of this artifact is not newer, unless the rollout allows that.
///
/// Versions are in the order of [VersionOrder]. Where a device has one that this cannot read, such
/// as a hash, it has passed nothing but that very version, and is not taken for newer.
///
/// @param compatibility which devices it fits; all unless given
/// @param depends what a device must have, by name, with the values of which one is enough
/// @param mustPassThrough versions of the same artifact
public record Requirements(
    Optional<Selector> compatibility,
    SortedMap<String, List<String>> depends,
    List<String> mustPassThrough) {
  private static final VersionOrder ORDER = VersionOrder.standard();

  public Requirements {
    TreeMap<String, List<String>> copy = new TreeMap<>();
    depends.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    depends = Collections.unmodifiableSortedMap(copy);
    mustPassThrough = List.copyOf(mustPassThrough);
  }

  /// Every device will do.
  public static Requirements none() {
    return of(Optional.empty());
  }

  public static Requirements of(Optional<Selector> compatibility) {
    return new Requirements(compatibility, new TreeMap<>(), List.of());
  }

  /// Why a device is not given an artifact.
  public enum Reason {
    /// The selector does not hold.
    DOES_NOT_FIT(Assignment.Cause.DOES_NOT_FIT),
    /// It does not have what the artifact depends on.
    LACKS_DEPENDENCY(Assignment.Cause.LACKS_DEPENDENCY),
    /// It must have another version first.
    MUST_PASS_FIRST(Assignment.Cause.MUST_PASS_FIRST),
    /// It has a newer version.
    DOWNGRADE(Assignment.Cause.DOWNGRADE);

    private final Assignment.Cause cause;

    Reason(Assignment.Cause cause) {
      this.cause = cause;
    }

    Assignment.Cause cause() {
      return cause;
    }
  }

  /// A requirement that a device does not meet.
  ///
  /// @param detail for people
  public record Unmet(Reason reason, String detail) {}

  /// The first requirement that a device does not meet; empty where it meets all.
  ///
  /// @param artifact the one that these are the requirements of
  /// @param downgrades whether a device may be given an older version than it has
  public Optional<Unmet> unmet(ArtifactRef artifact, boolean downgrades, DeviceFacts device) {
    return compatibility
        .flatMap(selector -> selector.mismatch(device))
        .map(term -> new Unmet(Reason.DOES_NOT_FIT, "does not hold: " + term))
        .or(() -> dependency(device))
        .or(() -> passage(artifact, device))
        .or(() -> downgrades ? Optional.empty() : downgrade(artifact, device));
  }

  private Optional<Unmet> dependency(DeviceFacts device) {
    for (Map.Entry<String, List<String>> each : depends.entrySet()) {
      SortedSet<String> has = device.has(each.getKey());
      if (Collections.disjoint(has, each.getValue())) {
        return Optional.of(
            new Unmet(
                Reason.LACKS_DEPENDENCY,
                "needs %s %s and has %s"
                    .formatted(
                        each.getKey(),
                        String.join(" or ", each.getValue()),
                        has.isEmpty() ? "none" : String.join(", ", has))));
      }
    }
    return Optional.empty();
  }

  private Optional<Unmet> passage(ArtifactRef artifact, DeviceFacts device) {
    String installed = device.installed(artifact.id());
    if (installed.isEmpty()) {
      return Optional.empty();
    }
    return mustPassThrough.stream()
        .filter(version -> !passed(installed, version) && !newer(version, artifact.version()))
        .min(ORDER)
        .map(
            version ->
                new Unmet(
                    Reason.MUST_PASS_FIRST,
                    "has %s %s and must have %s first"
                        .formatted(artifact.id(), installed, version)));
  }

  private static Optional<Unmet> downgrade(ArtifactRef artifact, DeviceFacts device) {
    String installed = device.installed(artifact.id());
    return newer(installed, artifact.version())
        ? Optional.of(
            new Unmet(
                Reason.DOWNGRADE, "has %s %s, which is newer".formatted(artifact.id(), installed)))
        : Optional.empty();
  }

  private static boolean passed(String installed, String version) {
    return installed.equals(version)
        || (ORDER.reads(installed) && ORDER.compare(installed, version) >= 0);
  }

  private static boolean newer(String version, String than) {
    return ORDER.reads(version) && ORDER.reads(than) && ORDER.compare(version, than) > 0;
  }
}
