package io.firmament.aws.identity;

import io.firmament.base.ApiTokenId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.User;
import java.nio.charset.StandardCharsets;

/// The keys of the identity table, `pk` and `sk`:
///
/// - tenant: `TENANT#tenant`, `TENANT`
/// - product group, analysis configuration, user group: `TENANT#tenant`, and `PRODUCT_GROUP#id`,
///   `CONFIGURATION#id` or `GROUP#id`
/// - API token in its user's list: `TENANT#tenant`, `API_TOKEN#user#id`
/// - API token by its secret: `API_TOKEN#tenant#sha256`, `API_TOKEN`
/// - account: `USER#user`, `USER`
/// - membership: `USER#user`, `MEMBER#tenant`
/// - address of an account: `EMAIL#sha256 of the canonical address`, `EMAIL`
/// - session: `SESSION#sha256`, `SESSION`
/// - attempts to sign in: `ATTEMPTS#sha256 of the canonical address`, start of the period
final class IdentityKeys {
  static final String TENANT = "TENANT";
  static final String USER = "USER";
  static final String EMAIL = "EMAIL";
  static final String SESSION = "SESSION";
  static final String API_TOKEN = "API_TOKEN";
  static final String PRODUCT_GROUP = "PRODUCT_GROUP#";
  static final String CONFIGURATION = "CONFIGURATION#";
  static final String GROUP = "GROUP#";
  static final String MEMBER = "MEMBER#";

  private IdentityKeys() {}

  static String tenant(TenantId tenant) {
    return "TENANT#" + tenant;
  }

  static String user(UserId user) {
    return "USER#" + user;
  }

  /// Hashed, so that any text is a key of bounded size.
  static String email(String email) {
    return "EMAIL#" + digest(email);
  }

  static String attempts(String email) {
    return "ATTEMPTS#" + digest(email);
  }

  static String session(Sha256 hash) {
    return "SESSION#" + hash;
  }

  static String apiToken(TenantId tenant, Sha256 hash) {
    return "API_TOKEN#" + tenant + "#" + hash;
  }

  static String apiTokens(UserId user) {
    return "API_TOKEN#" + user + "#";
  }

  static String listedApiToken(UserId user, ApiTokenId id) {
    return apiTokens(user) + id;
  }

  private static Sha256 digest(String email) {
    return Sha256.of(User.canonical(email).getBytes(StandardCharsets.UTF_8));
  }
}
