package io.firmament.device;

import io.firmament.platform.fleet.Device;
import io.firmament.platform.rollout.AssignmentSigner;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.trust.SoftwareSigner;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// Signs what a document must say, in one line, with a key in memory: the signature's length, the
/// signature, the text.
final class TestDirector implements AssignmentSigner {
  private final SoftwareSigner key = SoftwareSigner.generate();
  private final AtomicInteger signed = new AtomicInteger();
  private volatile boolean repository = true;
  private volatile boolean answers = true;

  @Override
  public Outcome sign(Device device, DeviceAssignments.Told told) {
    if (!answers) {
      throw new IllegalStateException("the key does not answer");
    }
    if (!repository) {
      return new Outcome.Unsigned("the tenant has no repository");
    }
    signed.incrementAndGet();
    String text =
        "%s %s %s %s %d %s %s"
            .formatted(
                device.tenant(),
                device.fleet(),
                device.name(),
                told.rollout().id(),
                told.assignment().attempt(),
                told.assignment().action().name().toLowerCase(Locale.ROOT),
                told.rollout().wish().artifact());
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    byte[] signature = key.sign(message);
    byte[] document = Arrays.copyOf(new byte[] {(byte) signature.length}, 1 + signature.length);
    System.arraycopy(signature, 0, document, 1, signature.length);
    byte[] whole = Arrays.copyOf(document, document.length + message.length);
    System.arraycopy(message, 0, whole, document.length, message.length);
    Instant now = Instant.now();
    return new Outcome.Signed(whole, now, now.plus(Duration.ofHours(1)));
  }

  /// The text of a document, once its signature is verified.
  String verified(byte[] document) throws GeneralSecurityException {
    int end = 1 + document[0];
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(key.publicKey());
    verifier.update(document, end, document.length - end);
    if (!verifier.verify(document, 1, document[0])) {
      throw new GeneralSecurityException("the signature is wrong");
    }
    return new String(document, end, document.length - end, StandardCharsets.UTF_8);
  }

  int signed() {
    return signed.get();
  }

  /// Whether the tenant has a repository.
  void repository(boolean there) {
    repository = there;
  }

  /// Whether the key answers.
  void answers(boolean yes) {
    answers = yes;
  }
}
