package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whose signatures a role needs: its key ids, and how many of those keys (THRESHOLD of 4.3).
public record RoleKeys(Set<String> keyIds, int threshold) {
  public RoleKeys {
    keyIds = Collections.unmodifiableSet(new LinkedHashSet<>(keyIds));
    if (threshold < 1) {
      throw new IllegalArgumentException("a threshold is at least 1");
    }
  }

  static RoleKeys read(Json.Obj json, String what) throws TufException {
    Fields fields = new Fields(json, "4.3", what);
    List<String> listed = fields.texts("keyids");
    Set<String> keyIds = new LinkedHashSet<>(listed);
    if (keyIds.size() < listed.size()) {
      throw new TufException(Reason.MALFORMED, "4.3", what + " lists a key id twice");
    }
    long threshold = fields.integer("threshold", 1);
    return new RoleKeys(keyIds, (int) Math.min(threshold, Integer.MAX_VALUE));
  }

  /// The two members that say it, set in an object that may have others.
  public Json.Obj writeTo(Json.Obj json) {
    return json.with("keyids", Json.Arr.ofTexts(keyIds)).with("threshold", threshold);
  }

  /// The ids of this role's keys that have truly signed the metadata. A key counts once, under
  /// whatever ids and in whatever notation it is listed.
  public Set<String> signersOf(Metadata<?> metadata, Map<String, TufKey> keys) {
    byte[] message = metadata.signedBytes();
    Set<String> identities = new HashSet<>();
    Set<String> signers = new LinkedHashSet<>();
    for (RoleSignature signature : metadata.signatures()) {
      TufKey key = keys.get(signature.keyId());
      if (key == null || !keyIds.contains(signature.keyId())) {
        continue;
      }
      boolean valid = signature.bytes().filter(sig -> key.verifies(message, sig)).isPresent();
      if (valid && key.identity().filter(identities::add).isPresent()) {
        signers.add(signature.keyId());
      }
    }
    return signers;
  }

  /// Checks for an arbitrary software attack: that a threshold of this role's keys has signed.
  ///
  /// @throws TufException with [Reason#NOT_SIGNED]
  public void verify(Metadata<?> metadata, Map<String, TufKey> keys, String clause, String what)
      throws TufException {
    int signed = signersOf(metadata, keys).size();
    if (signed < threshold) {
      throw new TufException(
          Reason.NOT_SIGNED,
          clause,
          what + " is signed by " + signed + " of the " + threshold + " keys it needs");
    }
  }
}
