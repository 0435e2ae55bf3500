package io.firmament.analysis.inspect.crypt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.generators.SCrypt;

/// A password hash on which passwords can be tried, within a bound of work.
///
/// MD5, SHA-256, SHA-512 and DES crypt, bcrypt, scrypt, yescrypt with its default flavour, Apache's
/// `$apr1$` and `{SHA}`, and the two schemes of Mosquitto. Of those that take much memory the first
/// few passwords alone are tried.
public final class PasswordHash {
  /// Work for one hash, in millionths of a second of an ordinary processor; a bound that does not
  /// depend on a clock, so that the same hash always gets the same number of tries.
  private static final long BUDGET = 600_000;

  private static final Pattern MD5 =
      Pattern.compile("(?<magic>\\$1\\$|\\$apr1\\$)(?<salt>[^$:]{0,8})\\$[./0-9A-Za-z]{22}");
  private static final Pattern SHA =
      Pattern.compile(
          "\\$(?<kind>[56])\\$(?:rounds=(?<rounds>\\d{1,9})\\$)?(?<salt>[^$:]{0,64})"
              + "\\$[./0-9A-Za-z]{43}(?:[./0-9A-Za-z]{43})?");
  private static final Pattern DES = Pattern.compile("[./0-9A-Za-z]{13}");
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$(?<cost>\\d\\d)\\$[./A-Za-z0-9]{53}");
  private static final Pattern SHA1 = Pattern.compile("\\{SHA\\}(?<digest>[A-Za-z0-9+/]{27}=)");
  private static final Pattern MOSQUITTO =
      Pattern.compile(
          "\\$(?<kind>[67])\\$(?:(?<rounds>\\d{1,7})\\$)?(?<salt>[A-Za-z0-9+/]{8,44}={0,2})"
              + "\\$(?<digest>[A-Za-z0-9+/]{86}==)");
  private static final Pattern YESCRYPT =
      Pattern.compile(
          "\\$y\\$(?<parameters>[./0-9A-Za-z]{3,16})\\$(?<salt>[./0-9A-Za-z]{1,86})"
              + "\\$(?<digest>[./0-9A-Za-z]{43})");
  private static final Pattern SCRYPT =
      Pattern.compile(
          "\\$7\\$(?<n>[./0-9A-Za-z])(?<r>[./0-9A-Za-z]{5})(?<p>[./0-9A-Za-z]{5})"
              + "(?<salt>[./0-9A-Za-z]{0,86})\\$(?<digest>[./0-9A-Za-z]{43})");

  /// Of scrypt, in bytes.
  private static final long MOST_MEMORY = 64L << 20;

  private final Trial trial;
  private final long cost;

  private PasswordHash(Trial trial, long cost) {
    this.trial = trial;
    this.cost = Math.max(1, cost);
  }

  /// Whether a password has this hash.
  @FunctionalInterface
  private interface Trial {
    boolean fits(String password) throws GeneralSecurityException;
  }

  /// Empty for a scheme that is not known, or whose parameters are out of bounds.
  public static Optional<PasswordHash> parse(String field) {
    Matcher md5 = MD5.matcher(field);
    if (md5.matches()) {
      String magic = md5.group("magic");
      String salt = md5.group("salt");
      return Optional.of(
          new PasswordHash(word -> Md5Crypt.hash(word, magic, salt).equals(field), 600));
    }
    Matcher mosquitto = MOSQUITTO.matcher(field);
    if (mosquitto.matches()) {
      return mosquitto(mosquitto);
    }
    Matcher sha = SHA.matcher(field);
    if (sha.matches()) {
      return Optional.of(sha(field, sha));
    }
    Matcher bcrypt = BCRYPT.matcher(field);
    if (bcrypt.matches()) {
      int cost = Integer.parseInt(bcrypt.group("cost"));
      return cost < 4 || cost > 31
          ? Optional.empty()
          : Optional.of(
              new PasswordHash(
                  word -> OpenBSDBCrypt.checkPassword(field, word.toCharArray()), 100L << cost));
    }
    Matcher yescrypt = YESCRYPT.matcher(field);
    if (yescrypt.matches()) {
      return yescrypt(yescrypt);
    }
    Matcher scrypt = SCRYPT.matcher(field);
    if (scrypt.matches()) {
      return scrypt(scrypt);
    }
    Matcher sha1 = SHA1.matcher(field);
    if (sha1.matches()) {
      String digest = sha1.group("digest");
      return Optional.of(new PasswordHash(word -> digest.equals(base64(sha1(word))), 1));
    }
    return DES.matcher(field).matches()
        ? Optional.of(
            new PasswordHash(word -> DesCrypt.hash(word, field.substring(0, 2)).equals(field), 400))
        : Optional.empty();
  }

  private static Optional<PasswordHash> yescrypt(Matcher matcher) {
    byte[] digest = Yescrypt.decode(matcher.group("digest"));
    return Yescrypt.parse(matcher.group("parameters"), matcher.group("salt"))
        .map(
            scheme ->
                new PasswordHash(
                    word -> MessageDigest.isEqual(scheme.hash(word), digest), scheme.cost()));
  }

  /// N is a power of two by its exponent, r and p are numbers of 30 bits, the lowest digit first.
  private static Optional<PasswordHash> scrypt(Matcher matcher) {
    int log = Crypt64.value(matcher.group("n").charAt(0));
    long r = number(matcher.group("r"));
    long p = number(matcher.group("p"));
    boolean bounded = log >= 1 && log <= 24 && r >= 1 && r <= 1 << 10 && p >= 1 && p <= 1 << 10;
    if (!bounded || ((128 * r) << log) > MOST_MEMORY) {
      return Optional.empty();
    }
    byte[] salt = matcher.group("salt").getBytes(StandardCharsets.US_ASCII);
    byte[] digest = Yescrypt.decode(matcher.group("digest"));
    return Optional.of(
        new PasswordHash(
            word ->
                MessageDigest.isEqual(
                    SCrypt.generate(
                        word.getBytes(StandardCharsets.UTF_8),
                        salt,
                        1 << log,
                        (int) r,
                        (int) p,
                        digest.length),
                    digest),
            ((r * p) << log) / 2));
  }

  private static long number(String digits) {
    long value = 0;
    for (int i = digits.length() - 1; i >= 0; i--) {
      value = value << 6 | Crypt64.value(digits.charAt(i));
    }
    return value;
  }

  private static PasswordHash sha(String field, Matcher matcher) {
    String written = matcher.group("rounds");
    int rounds = written == null ? 5_000 : Math.clamp(Long.parseLong(written), 1_000, 999_999_999);
    boolean wide = matcher.group("kind").equals("6");
    String salt = matcher.group("salt");
    String prefix = field.substring(0, field.lastIndexOf('$') + 1);
    return new PasswordHash(
        word -> ShaCrypt.hash(word, salt, rounds, wide, prefix).equals(field), rounds);
  }

  private static Optional<PasswordHash> mosquitto(Matcher matcher) {
    byte[] salt = decoded(matcher.group("salt"));
    byte[] digest = decoded(matcher.group("digest"));
    String rounds = matcher.group("rounds");
    if (matcher.group("kind").equals("6")) {
      return Optional.of(
          new PasswordHash(word -> MessageDigest.isEqual(salted(word, salt), digest), 2));
    }
    int iterations = rounds == null ? 0 : Integer.parseInt(rounds);
    return iterations == 0 || salt.length == 0
        ? Optional.empty()
        : Optional.of(
            new PasswordHash(
                word -> MessageDigest.isEqual(derived(word, salt, iterations), digest),
                iterations * 2L));
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  private static byte[] sha1(String word) {
    return Digests.of("SHA-1").digest(word.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] salted(String word, byte[] salt) {
    MessageDigest digest = Digests.of("SHA-512");
    digest.update(word.getBytes(StandardCharsets.UTF_8));
    return digest.digest(salt);
  }

  private static byte[] derived(String word, byte[] salt, int iterations)
      throws GeneralSecurityException {
    PBEKeySpec spec = new PBEKeySpec(word.toCharArray(), salt, iterations, 512);
    return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /// The first of the words that has this hash; as many are tried as the work allows.
  public Optional<String> crack(List<String> words) {
    long tries = Math.min(words.size(), BUDGET / cost);
    return words.stream().limit(tries).filter(this::fits).findFirst();
  }

  private boolean fits(String word) {
    try {
      return trial.fits(word);
    } catch (GeneralSecurityException | RuntimeException e) {
      // A salt or a parameter that the scheme does not allow: no password has this hash.
      return false;
    }
  }
}
