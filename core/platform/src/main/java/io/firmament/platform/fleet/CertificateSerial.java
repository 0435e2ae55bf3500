package io.firmament.platform.fleet;

import java.util.regex.Pattern;

/// The serial number of a device certificate.
///
/// @param hex lower-case hexadecimal digits without leading zeros
public record CertificateSerial(String hex) {
  private static final Pattern PATTERN = Pattern.compile("[1-9a-f][0-9a-f]{0,39}");

  public CertificateSerial {
    if (!PATTERN.matcher(hex).matches()) {
      throw new IllegalArgumentException("not a certificate serial number: " + hex);
    }
  }

  @Override
  public String toString() {
    return hex;
  }
}
