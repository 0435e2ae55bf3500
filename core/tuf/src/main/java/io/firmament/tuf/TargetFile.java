package io.firmament.tuf;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// What targets metadata says of one target file (4.5).
///
/// @param length in bytes
/// @param json the entry as it stands, with members that are not known here
public record TargetFile(long length, Hashes hashes, Json.Obj json) {
  static TargetFile read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.5", "target");
    return new TargetFile(
        fields.integer("length", 0), Hashes.read(fields.object("hashes"), "4.5"), json);
  }

  /// A target of ours.
  ///
  /// @param sha256 of its content, in lower-case hex
  public static TargetFile of(long length, String sha256, Optional<Json.Obj> custom) {
    SequencedMap<String, String> hashes = new LinkedHashMap<>();
    hashes.put(Hashes.SHA256, sha256);
    Json.Obj json =
        Json.Obj.EMPTY
            .with("length", length)
            .with("hashes", Json.Obj.EMPTY.with(Hashes.SHA256, sha256));
    return new TargetFile(
        length, new Hashes(hashes), custom.isPresent() ? json.with("custom", custom.get()) : json);
  }

  /// What the application wanted to say of the file; opaque here. It is the word of the role that
  /// lists the target, and of no other.
  public Optional<Json.Obj> custom() {
    return json.get("custom") instanceof Json.Obj custom ? Optional.of(custom) : Optional.empty();
  }
}
