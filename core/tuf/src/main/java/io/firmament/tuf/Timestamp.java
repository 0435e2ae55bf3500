package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.time.Instant;
import java.util.Map;

/// Timestamp metadata (4.6): the latest snapshot, re-signed often.
public record Timestamp(Json.Obj json, long version, Instant expires, MetaFile snapshot)
    implements Role {
  private static final String SNAPSHOT_FILE = RoleName.metaPath(RoleName.SNAPSHOT);

  static Timestamp read(Json.Obj json) throws TufException {
    Header header = Header.read(json, RoleName.TIMESTAMP);
    Map<String, MetaFile> meta =
        MetaFile.readAll(new Fields(json, "4.6", RoleName.TIMESTAMP).object("meta"));
    MetaFile snapshot = meta.get(SNAPSHOT_FILE);
    if (snapshot == null || meta.size() > 1) {
      throw new TufException(
          Reason.MALFORMED, "4.6", "timestamp must describe snapshot.json and nothing else");
    }
    return new Timestamp(json, header.version(), header.expires(), snapshot);
  }

  /// The first timestamp of a repository.
  public static Timestamp create(Instant expires, long snapshotVersion, byte[] snapshotFile) {
    return of(describing(Header.first(RoleName.TIMESTAMP, expires), snapshotVersion, snapshotFile));
  }

  /// The next version of this timestamp, for a snapshot.
  public Timestamp next(Instant newExpires, long snapshotVersion, byte[] snapshotFile) {
    return of(describing(Role.renew(json, version + 1, newExpires), snapshotVersion, snapshotFile));
  }

  private static Json.Obj describing(Json.Obj json, long snapshotVersion, byte[] snapshotFile) {
    return json.with(
        "meta",
        Json.Obj.EMPTY.with(SNAPSHOT_FILE, MetaFile.describe(snapshotVersion, snapshotFile)));
  }

  private static Timestamp of(Json.Obj json) {
    try {
      return read(json);
    } catch (TufException e) {
      throw new IllegalArgumentException("such a timestamp cannot be", e);
    }
  }
}
