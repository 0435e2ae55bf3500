package io.firmament.platform.secret;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.SortedMap;

/// Data keys wrapped by a key in memory: what a laptop has in the place of KMS.
public final class SoftwareDataKeys implements DataKeys {
  private final byte[] key;
  private final SecureRandom random;

  private SoftwareDataKeys(byte[] key, SecureRandom random) {
    this.key = key.clone();
    this.random = random;
  }

  public static SoftwareDataKeys generate(SecureRandom random) {
    byte[] key = new byte[Gcm.KEY_BYTES];
    random.nextBytes(key);
    return new SoftwareDataKeys(key, random);
  }

  /// With a key that was kept.
  ///
  /// @param key 32 bytes
  public static SoftwareDataKeys of(byte[] key, SecureRandom random) {
    if (key.length != Gcm.KEY_BYTES) {
      throw new IllegalArgumentException("the key has not 32 bytes");
    }
    return new SoftwareDataKeys(key, random);
  }

  /// The key itself, to be kept where its owner alone can read it.
  public byte[] key() {
    return key.clone();
  }

  @Override
  public DataKey generate(SortedMap<String, String> context) {
    byte[] plain = new byte[Gcm.KEY_BYTES];
    random.nextBytes(plain);
    return new DataKey(plain, Gcm.encrypt(key, plain, Gcm.bytes(context), random));
  }

  @Override
  public Optional<byte[]> open(byte[] wrapped, SortedMap<String, String> context) {
    return Gcm.decrypt(key, wrapped, Gcm.bytes(context));
  }
}
