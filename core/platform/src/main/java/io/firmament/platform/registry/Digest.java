package io.firmament.platform.registry;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The digest of a content (image-spec, "Digests") in one of the two registered algorithms.
///
/// @param algorithm `sha256` or `sha512`
/// @param hex lower case
public record Digest(String algorithm, String hex) {
  private static final String SHA256 = "sha256";
  private static final Pattern PATTERN =
      Pattern.compile("(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})");

  public Digest {
    if (!PATTERN.matcher(algorithm + ":" + hex).matches()) {
      throw new IllegalArgumentException("no digest: " + algorithm + ":" + hex);
    }
  }

  /// Empty for anything but a digest that can be checked.
  public static Optional<Digest> find(String text) {
    if (!PATTERN.matcher(text).matches()) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    return Optional.of(new Digest(text.substring(0, colon), text.substring(colon + 1)));
  }

  /// The SHA-256 of a content.
  public static Digest of(byte[] content) {
    return of(SHA256, content);
  }

  private static Digest of(String algorithm, byte[] content) {
    try {
      String name = algorithm.equals(SHA256) ? "SHA-256" : "SHA-512";
      return new Digest(
          algorithm, HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(content)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-2", e);
    }
  }

  /// The digest of a content by the same algorithm.
  public Digest ofSameKind(byte[] content) {
    return of(algorithm, content);
  }

  /// The tag under which registries without a referrers API keep what refers to this content
  /// (distribution-spec, "Referrers tag schema"): of the hex at most 64 digits.
  public Tag referrersTag() {
    return new Tag(algorithm + "-" + hex.substring(0, 64));
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
