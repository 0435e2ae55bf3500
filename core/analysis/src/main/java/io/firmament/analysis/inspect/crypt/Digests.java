package io.firmament.analysis.inspect.crypt;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Digests that every Java platform has.
final class Digests {
  private Digests() {}

  static MessageDigest of(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
