package io.firmament.tuf;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/// Names of roles, and how they become parts of URLs.
public final class RoleName {
  public static final String ROOT = "root";
  public static final String TIMESTAMP = "timestamp";
  public static final String SNAPSHOT = "snapshot";
  public static final String TARGETS = "targets";

  /// The roles that root speaks for; no delegated role may have such a name.
  public static final Set<String> TOP_LEVEL = Set.of(ROOT, TIMESTAMP, SNAPSHOT, TARGETS);

  /// The longest name of a delegated role, in UTF-16 units.
  public static final int MAX_LENGTH = 256;

  private static final String EXTENSION = ".json";

  private RoleName() {}

  /// The name that snapshot metadata lists the role under: FILENAME.EXT.
  public static String metaPath(String role) {
    return role + EXTENSION;
  }

  /// The name with everything but RFC 3986 unreserved characters percent-encoded, so that it is one
  /// segment of a URL and a file name whatever it was: `../a` becomes `..%2Fa`.
  public static String encode(String role) {
    StringBuilder out = new StringBuilder();
    for (byte b : role.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isUnreserved(c)) {
        out.append(c);
      } else {
        out.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
      }
    }
    return out.toString();
  }

  /// The unversioned file name in a URL, `targets.json`.
  public static String fileName(String role) {
    return encode(role) + EXTENSION;
  }

  /// The versioned file name in a URL, `7.targets.json`: VERSION_NUMBER.FILENAME.EXT.
  public static String fileName(long version, String role) {
    return version + "." + fileName(role);
  }

  static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }
}
