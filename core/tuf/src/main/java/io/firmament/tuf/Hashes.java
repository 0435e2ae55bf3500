package io.firmament.tuf;

import io.firmament.tuf.TufException.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The hashes of one file, by algorithm: HASHES of 4.4. Algorithms that are not known here are kept
/// and not checked; at least one must be known, or nothing would be.
public record Hashes(SequencedMap<String, String> byAlgorithm) {
  /// The algorithms that are checked, the one to name files by first.
  private static final Map<String, String> JAVA_NAMES = javaNames();

  public static final String SHA256 = "sha256";

  public Hashes {
    byAlgorithm = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byAlgorithm));
  }

  private static Map<String, String> javaNames() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put(SHA256, "SHA-256");
    names.put("sha512", "SHA-512");
    return names;
  }

  /// The SHA-256 of a content, as lower-case hex.
  public static String sha256(byte[] content) {
    return HexFormat.of().formatHex(digest("SHA-256").digest(content));
  }

  static Hashes read(Json.Obj json, String clause) throws TufException {
    SequencedMap<String, String> hashes = new LinkedHashMap<>();
    for (Map.Entry<String, Json> entry : json.members().entrySet()) {
      if (!(entry.getValue() instanceof Json.Text(String hex))) {
        throw new TufException(Reason.MALFORMED, clause, "a hash that is no string");
      }
      hashes.put(entry.getKey(), hex);
    }
    if (hashes.isEmpty()) {
      throw new TufException(Reason.MALFORMED, clause, "hashes without a hash");
    }
    return new Hashes(hashes);
  }

  /// Digests of a content that is still to come.
  public Check check() {
    return new Check();
  }

  /// Checks a content that is all there.
  ///
  /// @throws TufException with [Reason#CONTENT_MISMATCH]
  public void verify(byte[] content, String clause, String what) throws TufException {
    Check check = check();
    check.update(content, 0, content.length);
    check.verify(clause, what);
  }

  /// The hash that a file in a consistent snapshot is named by (6.2): SHA-256 where there is one.
  ///
  /// @throws TufException with [Reason#CONTENT_MISMATCH] where no algorithm is known
  public String naming() throws TufException {
    for (String algorithm : JAVA_NAMES.keySet()) {
      String hash = byAlgorithm.get(algorithm);
      if (hash != null && hash.matches("[0-9a-f]+")) {
        return hash;
      }
    }
    throw new TufException(Reason.CONTENT_MISMATCH, "5.7.3", "no hash of a known algorithm");
  }

  private static MessageDigest digest(String javaName) {
    try {
      return MessageDigest.getInstance(javaName);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + javaName, e);
    }
  }

  /// The digests of one content.
  public final class Check {
    private final Map<String, MessageDigest> digests = new HashMap<>();

    private Check() {
      for (String algorithm : byAlgorithm.keySet()) {
        String javaName = JAVA_NAMES.get(algorithm);
        if (javaName != null) {
          digests.put(algorithm, digest(javaName));
        }
      }
    }

    public void update(byte[] buffer, int offset, int length) {
      digests.values().forEach(digest -> digest.update(buffer, offset, length));
    }

    /// Compares every known hash with what was seen; ends this check.
    ///
    /// @throws TufException with [Reason#CONTENT_MISMATCH]
    public void verify(String clause, String what) throws TufException {
      if (digests.isEmpty()) {
        throw new TufException(
            Reason.CONTENT_MISMATCH, clause, what + " has no hash of a known algorithm");
      }
      for (Map.Entry<String, MessageDigest> entry : digests.entrySet()) {
        String actual = HexFormat.of().formatHex(entry.getValue().digest());
        if (!actual.equals(byAlgorithm.get(entry.getKey()))) {
          throw new TufException(
              Reason.CONTENT_MISMATCH, clause, what + " has another " + entry.getKey());
        }
      }
    }
  }
}
