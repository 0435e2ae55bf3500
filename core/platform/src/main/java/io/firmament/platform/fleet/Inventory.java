package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.Sha256;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a device says that it has installed, and which metadata it trusts.
///
/// @param installed by the artifact's name; at most [#MAX_ARTIFACTS]
/// @param metadata empty before the device's first update
public record Inventory(SortedMap<String, Installed> installed, Optional<Metadata> metadata) {
  public static final int MAX_ARTIFACTS = 64;

  private static final int MAX_NAME = 200;
  private static final int MAX_VERSION = 100;

  /// An artifact on a device.
  ///
  /// @param version 1 to 100 characters, none of control
  /// @param sha256 of the target that it came from
  public record Installed(String version, Sha256 sha256) {
    public Installed {
      check("installed.version", version, MAX_VERSION);
    }
  }

  /// Versions of the metadata of The Update Framework; 0 for unknown.
  public record Metadata(long root, long timestamp, long snapshot, long targets) {
    public Metadata {
      if (root < 0 || timestamp < 0 || snapshot < 0 || targets < 0) {
        throw BaseProblem.INVALID_FIELD.with("field", "metadata", "detail", "is too large");
      }
    }
  }

  public Inventory {
    if (installed.size() > MAX_ARTIFACTS) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "installed", "detail", "has at most " + MAX_ARTIFACTS + " artifacts");
    }
    installed.keySet().forEach(name -> check("installed.artifact", name, MAX_NAME));
    installed = Collections.unmodifiableSortedMap(new TreeMap<>(installed));
  }

  public static Inventory none() {
    return new Inventory(new TreeMap<>(), Optional.empty());
  }

  /// With an artifact, in the place of another version of it.
  ///
  /// @throws io.firmament.base.ProblemException `invalid_field` where there are too many
  public Inventory with(String artifact, Installed is) {
    SortedMap<String, Installed> more = new TreeMap<>(installed);
    more.put(artifact, is);
    return new Inventory(more, metadata);
  }

  /// Whether this says something that is worth a write, to somebody who knows another inventory.
  /// Versions of timestamp and snapshot alone are not: they change all the time, and tell of the
  /// repository more than of the device.
  boolean tellsMoreThan(Inventory known) {
    return !installed.equals(known.installed) || !lasting().equals(known.lasting());
  }

  private Optional<Metadata> lasting() {
    return metadata.map(each -> new Metadata(each.root(), 0, 0, each.targets()));
  }

  private static void check(String field, String text, int max) {
    if (text.isBlank() || text.length() > max || text.chars().anyMatch(Character::isISOControl)) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", field, "detail", "has 1 to " + max + " characters, none of control");
    }
  }
}
