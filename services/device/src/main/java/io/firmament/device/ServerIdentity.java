package io.firmament.device;

import io.firmament.trust.DeviceAuthority;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// The endpoint's own certificate: a key that never leaves this process, certified by the device
/// authority, and replaced at two thirds of its life without a restart.
final class ServerIdentity {
  private final DeviceAuthority authority;
  private final List<String> hosts;
  private final AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
  private final AtomicReference<Instant> due = new AtomicReference<>(Instant.MIN);

  ServerIdentity(DeviceAuthority authority, List<String> hosts) {
    this.authority = authority;
    this.hosts = List.copyOf(hosts);
  }

  AdvancedTlsX509KeyManager keyManager() {
    return keyManager;
  }

  /// Takes a new key and certificate where there is none, or the last is due.
  void refresh(Instant now) {
    if (now.isBefore(due.get())) {
      return;
    }
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      X509Certificate certificate = authority.issueServer(hosts, keys.getPublic());
      keyManager.updateIdentityCredentials(new X509Certificate[] {certificate}, keys.getPrivate());
      Duration life = Duration.between(now, certificate.getNotAfter().toInstant());
      due.set(now.plus(life.multipliedBy(2).dividedBy(3)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }
}
