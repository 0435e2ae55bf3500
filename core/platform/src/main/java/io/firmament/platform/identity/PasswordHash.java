package io.firmament.platform.identity;

import io.firmament.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id (RFC 9106) hashes of passwords in the PHC string form,
/// `$argon2id$v=19$m=..,t=..,p=..$salt$hash`.
///
/// The cost is 19 MiB, two passes and one lane: the least that is recommended for interactive
/// logins, because the function that checks it must answer within five seconds from a cold start.
public final class PasswordHash {
  private static final Cost COST = new Cost(19_456, 2, 1);
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=(\\d{1,2})\\$([^$]+)\\$([^$]+)");

  private final SecureRandom random;

  public PasswordHash(SecureRandom random) {
    this.random = random;
  }

  private record Cost(int memoryKib, int passes, int lanes) {}

  public String hash(Secret password) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return String.format(
        "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s",
        COST.memoryKib(),
        COST.passes(),
        COST.lanes(),
        text(salt),
        text(derive(password, salt, COST, HASH_BYTES)));
  }

  /// Whether the password gives the stored hash. Without a stored hash the same work is done in
  /// vain, so that the time taken does not tell who has an account.
  public boolean matches(Secret password, Optional<String> stored) {
    if (stored.isEmpty()) {
      byte[] wasted = derive(password, new byte[SALT_BYTES], COST, HASH_BYTES);
      return wasted.length == 0;
    }
    Matcher form = FORM.matcher(stored.get());
    if (!form.matches()) {
      throw new IllegalStateException("the store holds a password hash that is not Argon2id");
    }
    Cost cost =
        new Cost(
            Integer.parseInt(form.group(1)),
            Integer.parseInt(form.group(2)),
            Integer.parseInt(form.group(3)));
    byte[] expected = Base64.getDecoder().decode(form.group(5));
    byte[] actual =
        derive(password, Base64.getDecoder().decode(form.group(4)), cost, expected.length);
    return MessageDigest.isEqual(expected, actual);
  }

  private static byte[] derive(Secret password, byte[] salt, Cost cost, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(cost.memoryKib())
            .withIterations(cost.passes())
            .withParallelism(cost.lanes())
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    generator.generateBytes(password.reveal().getBytes(StandardCharsets.UTF_8), hash);
    return hash;
  }

  private static String text(byte[] bytes) {
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }
}
