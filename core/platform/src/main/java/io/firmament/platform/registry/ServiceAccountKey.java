package io.firmament.platform.registry;

import io.firmament.base.Secret;
import io.firmament.platform.rollout.Invalid;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/// The key of a Google service account, as Google gives it out: a JSON file with a private key.
final class ServiceAccountKey {
  /// Who gives out tokens, and so the audience of what is signed. What the file names is not asked.
  static final String TOKEN_URI = "https://oauth2.googleapis.com/token";

  private static final String FIELD = "service_account_key";
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only";
  private static final Duration VALID = Duration.ofMinutes(30);
  private static final int MAX_LENGTH = 16_384;
  private static final Pattern EMAIL =
      Pattern.compile("[A-Za-z0-9._-]{1,100}@[A-Za-z0-9.-]{1,150}\\.gserviceaccount\\.com");
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9]{1,100}");

  private final String email;
  private final String keyId;
  private final PrivateKey key;

  private ServiceAccountKey(String email, String keyId, PrivateKey key) {
    this.email = email;
    this.keyId = keyId;
    this.key = key;
  }

  /// Reads the file; what is wrong with it is said without a word of it.
  static ServiceAccountKey parse(Secret json) {
    String text = json.reveal();
    Invalid.unless(text.length() <= MAX_LENGTH, FIELD, "is too long");
    Document file =
        Document.parse(text.getBytes(StandardCharsets.UTF_8))
            .orElseThrow(() -> Invalid.field(FIELD, "is not the JSON of a key file"));
    Invalid.unless(
        file.text("type").equals(Optional.of("service_account")),
        FIELD,
        "is not of the type service_account");
    String email = file.text("client_email").orElse("");
    String keyId = file.text("private_key_id").orElse("");
    Invalid.unless(EMAIL.matcher(email).matches(), FIELD, "has no client_email");
    Invalid.unless(KEY_ID.matcher(keyId).matches(), FIELD, "has no private_key_id");
    return new ServiceAccountKey(email, keyId, privateKey(file.text("private_key").orElse("")));
  }

  private static PrivateKey privateKey(String pem) {
    String base64 =
        pem.replace("-----BEGIN PRIVATE KEY-----", "")
            .replace("-----END PRIVATE KEY-----", "")
            .replaceAll("\\s", "");
    try {
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw Invalid.field(FIELD, "has no private_key of RSA in PKCS #8");
    }
  }

  String email() {
    return email;
  }

  /// A JWT that is exchanged for a token (RFC 7523), to read and nothing else.
  Secret assertion(Instant now) {
    String header = "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}";
    String claims =
        "{\"iss\":\"%s\",\"scope\":\"%s\",\"aud\":\"%s\",\"iat\":%d,\"exp\":%d}"
            .formatted(
                email, SCOPE, TOKEN_URI, now.getEpochSecond(), now.plus(VALID).getEpochSecond());
    String signed = base64(header) + "." + base64(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return new Secret(
          signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an RSA key signs", e);
    }
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
