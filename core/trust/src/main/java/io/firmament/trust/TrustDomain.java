package io.firmament.trust;

import java.util.regex.Pattern;

/// The name that a deployment's identities live under (SPIFFE-ID 2.1): lower-case letters, digits,
/// dots, dashes and underscores.
public record TrustDomain(String value) {
  private static final Pattern PATTERN = Pattern.compile("[a-z0-9][a-z0-9._-]{0,199}");

  public TrustDomain {
    if (!PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException("not a trust domain: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
