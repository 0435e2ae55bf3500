package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What a metadata file says of another: METAFILES of 4.4.
public record MetaFile(long version, Optional<Long> length, Optional<Hashes> hashes) {
  static MetaFile read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.4", "meta file");
    Optional<Json.Obj> hashes = fields.optionalObject("hashes");
    return new MetaFile(
        fields.integer("version", 1),
        fields.optionalInteger("length", 1),
        hashes.isPresent() ? Optional.of(Hashes.read(hashes.get(), "4.4")) : Optional.empty());
  }

  static SequencedMap<String, MetaFile> readAll(Json.Obj meta) throws TufException {
    SequencedMap<String, MetaFile> files = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : meta.members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Obj json)) {
        throw new TufException(Reason.MALFORMED, "4.4", "a meta file that is no object");
      }
      files.put(entry.getKey(), read(json));
    }
    return Collections.unmodifiableSequencedMap(files);
  }

  /// Says version, length and SHA-256 of a file.
  public static Json.Obj describe(long version, byte[] file) {
    return Json.Obj.EMPTY
        .with("version", version)
        .with("length", file.length)
        .with("hashes", Json.Obj.EMPTY.with(Hashes.SHA256, Hashes.sha256(file)));
  }

  /// How many bytes to fetch at most: the length that is known, or the limit.
  public long maxLength(long limit) {
    return length.map(known -> Math.min(known, limit)).orElse(limit);
  }

  /// Checks a file against the length and hashes named here, if any.
  ///
  /// @throws TufException with [Reason#CONTENT_MISMATCH]
  public void verifyContent(byte[] file, String clause, String what) throws TufException {
    if (length.isPresent() && length.get() != file.length) {
      throw new TufException(Reason.CONTENT_MISMATCH, clause, what + " has another length");
    }
    if (hashes.isPresent()) {
      hashes.get().verify(file, clause, what);
    }
  }

  /// Checks that a file is of the version named here.
  ///
  /// @throws TufException with [Reason#VERSION_MISMATCH]
  public void verifyVersion(Role role, String clause, String what) throws TufException {
    if (role.version() != version) {
      throw new TufException(
          Reason.VERSION_MISMATCH,
          clause,
          what + " is of version " + role.version() + " and not " + version);
    }
  }
}
