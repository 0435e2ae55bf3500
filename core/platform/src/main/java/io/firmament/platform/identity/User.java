package io.firmament.platform.identity;

import io.firmament.base.UserId;
import java.time.Instant;
import java.util.Locale;

/// A person with an account. An account may be a member of several tenants.
///
/// @param email as registered; two accounts never differ in case alone
/// @param passwordHash in the form of [PasswordHash]
public record User(UserId id, String email, String passwordHash, Instant createdAt) {
  /// The form in which addresses are compared.
  public static String canonical(String email) {
    return email.strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return "User[id=" + id + ", email=" + email + "]";
  }
}
