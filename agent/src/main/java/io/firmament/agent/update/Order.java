package io.firmament.agent.update;

import io.firmament.tuf.Json;
import java.time.Instant;

/// What the director has told this device, after its signature and its addressee were checked.
///
/// @param attempt counts what the device was told within the rollout
/// @param probe as it was signed; [Probe#read] says what it means
/// @param issued when it was signed; of two, the later one is followed
/// @param expires when it is not to be begun any more
public record Order(
    Key key,
    Action action,
    Artifact artifact,
    Target target,
    Json.Obj probe,
    Instant issued,
    Instant expires) {

  /// One thing that the device was told, however often it was signed.
  public record Key(String rollout, int attempt) {}

  /// What is to be done.
  public enum Action {
    /// Install the artifact.
    APPLY,
    /// Return to what the device had before it.
    REVERT
  }

  /// @param kind `firmware`, `model`, `container` or `config`
  public record Artifact(String name, String version, String kind) {}

  /// The file that the artifact is.
  ///
  /// @param path in the repository
  /// @param length in bytes
  public record Target(String path, long length, String sha256) {}
}
