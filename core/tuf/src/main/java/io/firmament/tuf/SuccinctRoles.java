package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Delegation to 2^bits roles that share keys, each trusted for the paths whose SHA-256 begins with
/// its number (TAP 15).
///
/// @param bits 1 to 32
public record SuccinctRoles(Json.Obj json, RoleKeys roleKeys, int bits, String namePrefix) {
  private static final int MAX_BITS = 32;
  private static final int HEX_DIGITS_TAKEN = 8;

  static SuccinctRoles read(Json.Obj json) throws TufException {
    Fields fields = new Fields(json, "TAP 15", "succinct roles");
    long bits = fields.integer("bit_length", 1);
    String namePrefix = fields.text("name_prefix");
    if (bits > MAX_BITS || namePrefix.length() > RoleName.MAX_LENGTH - HEX_DIGITS_TAKEN - 1) {
      throw new TufException(Reason.MALFORMED, "TAP 15", "succinct roles beyond what can be");
    }
    return new SuccinctRoles(json, RoleKeys.read(json, "succinct roles"), (int) bits, namePrefix);
  }

  /// The one role that is trusted for a path. It is terminating: no other would be.
  Delegation delegation(String path) {
    String hash = Hashes.sha256(path.getBytes(StandardCharsets.UTF_8));
    long first = Long.parseLong(hash.substring(0, HEX_DIGITS_TAKEN), 16);
    long bin = first >>> (MAX_BITS - bits);
    int digits = Long.toHexString((1L << bits) - 1).length();
    String name = String.format(Locale.ROOT, "%s-%0" + digits + "x", namePrefix, bin);
    return new Delegation(json, name, roleKeys, true, Optional.of(List.of()), Optional.empty());
  }
}
