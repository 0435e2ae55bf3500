package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.regex.Pattern;

/// What a role says: the `signed` part of a metadata file. Its record holds what is known of it and
/// the object itself, so that members not known here are signed, verified and written with the
/// rest.
public sealed interface Role permits Root, Timestamp, Snapshot, Targets, DeviceAssignment {
  /// The specification that metadata of ours follows.
  String SPEC_VERSION = "1.0.34";

  /// `signed` as it stands in the file.
  Json.Obj json();

  long version();

  Instant expires();

  /// Whether it may still be trusted by an update that began at the time: its expiry must be later.
  default boolean isExpired(Instant updateStart) {
    return !expires().isAfter(updateStart);
  }

  /// The members that all roles have.
  record Header(long version, Instant expires) {
    private static final Pattern SAME_MAJOR = Pattern.compile("1(\\.\\d{1,9}){1,2}");

    /// Checks `_type`, so that no role's file stands in for another's, and `spec_version` (4.3:
    /// "clients MUST verify that spec_version matches the expected version number": the same major
    /// version is a match).
    static Header read(Json.Obj json, String type) throws TufException {
      Fields fields = new Fields(json, "4.3", type);
      if (!fields.text("_type").equals(type)) {
        throw new TufException(Reason.WRONG_ROLE, "4.2", "metadata that is not of type " + type);
      }
      if (!SAME_MAJOR.matcher(fields.text("spec_version")).matches()) {
        throw new TufException(
            Reason.SPEC_VERSION, "4.3", type + " follows another specification than 1.x");
      }
      return new Header(fields.integer("version", 1), TufTime.parse(fields.text("expires")));
    }

    /// The members that all roles have, for a role's first version.
    static Json.Obj first(String type, Instant expires) {
      return Json.Obj.EMPTY
          .with("_type", type)
          .with("spec_version", SPEC_VERSION)
          .with("version", 1)
          .with("expires", TufTime.format(expires));
    }
  }

  /// `signed` with another version and expiry; what wrote it says which specification it follows.
  static Json.Obj renew(Json.Obj json, long version, Instant expires) {
    return json.with("spec_version", SPEC_VERSION)
        .with("version", version)
        .with("expires", TufTime.format(expires));
  }
}
