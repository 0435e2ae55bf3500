package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The trust of a targets role in another, for some paths (4.5).
///
/// @param json as it stands in the file
/// @param terminating whether delegations after this one say nothing of its paths
/// @param paths patterns of the paths it is trusted for
/// @param pathHashPrefixes or the paths whose SHA-256, in hex, begins with one of these; a
///     delegation with neither is trusted for nothing
public record Delegation(
    Json.Obj json,
    String name,
    RoleKeys roleKeys,
    boolean terminating,
    Optional<List<PathPattern>> paths,
    Optional<List<String>> pathHashPrefixes) {
  static Delegation read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.5", "delegation");
    String name = fields.text("name");
    if (name.isEmpty() || name.length() > RoleName.MAX_LENGTH) {
      throw new TufException(Reason.MALFORMED, "4.5", "a role name that is empty or too long");
    }
    if (RoleName.TOP_LEVEL.contains(name)) {
      throw new TufException(Reason.MALFORMED, "4.5", "a delegation to a top-level role");
    }
    Optional<List<PathPattern>> paths =
        json.get("paths") == null
            ? Optional.empty()
            : Optional.of(fields.texts("paths").stream().map(PathPattern::new).toList());
    Optional<List<String>> prefixes =
        json.get("path_hash_prefixes") == null
            ? Optional.empty()
            : Optional.of(fields.texts("path_hash_prefixes"));
    if (paths.isPresent() && prefixes.isPresent()) {
      throw new TufException(
          Reason.MALFORMED, "4.5", "a delegation with paths and with hash prefixes");
    }
    return new Delegation(
        json,
        name,
        RoleKeys.read(json, "delegation"),
        fields.bool("terminating", false),
        paths,
        prefixes);
  }

  /// A delegation of paths.
  public static Delegation of(
      String name, RoleKeys roleKeys, boolean terminating, List<String> patterns) {
    try {
      return read(
          roleKeys
              .writeTo(Json.Obj.EMPTY.with("name", name))
              .with("paths", Json.Arr.ofTexts(patterns))
              .with("terminating", terminating));
    } catch (TufException e) {
      throw new IllegalArgumentException("such a delegation cannot be", e);
    }
  }

  /// This delegation to other keys.
  public Delegation with(RoleKeys changed) {
    return new Delegation(
        changed.writeTo(json), name, changed, terminating, paths, pathHashPrefixes);
  }

  /// Whether the role is trusted for a path.
  public boolean matches(String path) {
    if (paths.isPresent()) {
      return paths.get().stream().anyMatch(pattern -> pattern.matches(path));
    }
    if (pathHashPrefixes.isPresent()) {
      String hash = Hashes.sha256(path.getBytes(StandardCharsets.UTF_8));
      return pathHashPrefixes.get().stream().anyMatch(hash::startsWith);
    }
    return false;
  }
}
