package io.firmament.tuf;

import java.util.HexFormat;
import java.util.Optional;

/// One entry of `signatures` (4.2).
///
/// @param sig in hex, or whatever else stands there: an entry that is no signature does not count
public record RoleSignature(String keyId, String sig) {
  /// The signature's bytes; empty where it is no hex, or no text at all.
  public Optional<byte[]> bytes() {
    try {
      return sig.isEmpty() ? Optional.empty() : Optional.of(HexFormat.of().parseHex(sig));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Reads an entry of `signatures`.
  ///
  /// @throws TufException where a member is missing
  public static RoleSignature read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "4.2", "signature");
    return new RoleSignature(fields.text("keyid"), fields.text("sig"));
  }

  public Json.Obj json() {
    return Json.Obj.EMPTY.with("keyid", keyId).with("sig", sig);
  }
}
