package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.Optional;

/// What the director tells one device to do now: the part that Uptane gives to its director
/// repository, in a document of its own. Targets metadata says which files are genuine; this says
/// which of them is meant, for whom and until when, so that who controls the platform's answers
/// cannot send a device any genuine file of the past.
///
/// It is no file of the repository. Its keys are those that the top-level targets metadata
/// delegates [#ROLE] to, and its `_type` is one that no other metadata has.
///
/// @param version milliseconds since 1970 of when it was said; a device begins nothing that is
///     older than what it began last
/// @param device whom it is for
/// @param rollout why, and [#attempt] how often this device was told something for it
/// @param target the file, which must be in targets metadata with the same length and hashes
/// @param probe how the device finds out whether it works, as the platform defines it
public record DeviceAssignment(
    Json.Obj json,
    long version,
    Instant expires,
    Device device,
    String rollout,
    long attempt,
    Action action,
    Artifact artifact,
    String path,
    TargetFile target,
    Json.Obj probe)
    implements Role {
  /// The role that signs assignments.
  public static final String ROLE = "director";

  private static final String TYPE = "assignment";

  /// One device, of one fleet of one tenant.
  public record Device(String tenant, String fleet, String name) {}

  /// What is to be installed, as people call it.
  ///
  /// @param kind `firmware`, `model`, `container` or `config`
  public record Artifact(String name, String version, String kind) {}

  /// What to do.
  public enum Action {
    /// Install the target.
    APPLY("apply"),
    /// Return to what was there before the target.
    REVERT("revert");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    private static Action read(String text) throws TufException {
      for (Action action : values()) {
        if (action.text.equals(text)) {
          return action;
        }
      }
      throw new TufException(Reason.MALFORMED, "4.2", "an action that is not known: " + text);
    }
  }

  /// A document to be signed.
  ///
  /// @param issued when; its milliseconds are the version
  public static DeviceAssignment of(
      Instant issued,
      Instant expires,
      Device device,
      String rollout,
      long attempt,
      Action action,
      Artifact artifact,
      String path,
      TargetFile target,
      Json.Obj probe) {
    Json.Obj json =
        Role.renew(Header.first(TYPE, expires), issued.toEpochMilli(), expires)
            .with("tenant", device.tenant())
            .with("fleet", device.fleet())
            .with("device", device.name())
            .with("rollout", rollout)
            .with("attempt", attempt)
            .with("action", action.text)
            .with(
                "artifact",
                Json.Obj.EMPTY
                    .with("name", artifact.name())
                    .with("version", artifact.version())
                    .with("kind", artifact.kind()))
            .with("target", target.json().without("custom").with("path", path))
            .with("probe", probe);
    try {
      return read(json);
    } catch (TufException e) {
      throw new IllegalArgumentException("such an assignment cannot be", e);
    }
  }

  static DeviceAssignment read(Json.Obj json) throws TufException {
    Header header = Header.read(json, TYPE);
    Fields fields = new Fields(json, "4.2", TYPE);
    Fields artifact = new Fields(fields.object("artifact"), "4.2", "artifact");
    Json.Obj target = fields.object("target");
    return new DeviceAssignment(
        json,
        header.version(),
        header.expires(),
        new Device(fields.text("tenant"), fields.text("fleet"), fields.text("device")),
        fields.text("rollout"),
        fields.integer("attempt", 1),
        Action.read(fields.text("action")),
        new Artifact(artifact.text("name"), artifact.text("version"), artifact.text("kind")),
        new Fields(target, "4.5", "target").text("path"),
        TargetFile.read(target),
        fields.object("probe"));
  }

  /// Whether targets metadata means the same file.
  public boolean isSameFile(TargetFile listed) {
    Optional<String> mine = sha256(target);
    return mine.isPresent() && mine.equals(sha256(listed)) && target.length() == listed.length();
  }

  private static Optional<String> sha256(TargetFile file) {
    return Optional.ofNullable(file.hashes().byAlgorithm().get(Hashes.SHA256));
  }
}
