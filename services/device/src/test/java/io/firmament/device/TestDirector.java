package io.firmament.device;

import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.trust.SignatureAlgorithm;
import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Json;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.TargetFile;
import io.firmament.tuf.Targets;
import io.firmament.tuf.TufException;
import io.firmament.tuf.repository.Signers;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The repository of a tenant, as far as its director needs it, with a key in memory.
final class TestDirector implements DirectorSigner.Repositories, Signer {
  private volatile SoftwareSigner key = SoftwareSigner.generate();
  private final AtomicInteger signed = new AtomicInteger();
  private volatile Targets targets = Targets.create(Instant.now().plus(Duration.ofDays(1)));
  private final Map<String, TargetFile> published = new ConcurrentHashMap<>();
  private volatile boolean repository = true;
  private volatile boolean answers = true;

  /// Publishes a file for the fleet `default`.
  synchronized void publish(String artifact, String version) {
    String path = "fleets/default/" + artifact + "/" + version + "/image.bin";
    publish(path, 7, Sha256.of(path.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /// Publishes a file with a content for the fleet `default`.
  ///
  /// @return where it lies in the bucket of targets
  synchronized String publish(String artifact, String version, byte[] content) {
    String folder = "fleets/default/" + artifact + "/" + version + "/";
    publish(folder + "image.bin", content.length, Sha256.of(content));
    return folder + Sha256.of(content).hex() + ".image.bin";
  }

  private void publish(String path, long length, Sha256 sha256) {
    Json.Obj custom = Json.Obj.EMPTY.with("artifact", Json.Obj.EMPTY.with("kind", "firmware"));
    TargetFile file = TargetFile.of(length, sha256.hex(), Optional.of(custom));
    targets = targets.with(Map.of(path, file), Set.of());
  }

  /// Takes everything back.
  synchronized void withdraw() {
    published.putAll(targets.targets());
    targets = targets.with(Map.of(), targets.targets().keySet());
  }

  @Override
  public Optional<DirectorSigner.Published> published(
      TenantId tenant, FleetName fleet, ArtifactRef artifact) {
    String path = "fleets/%s/%s/%s/image.bin".formatted(fleet, artifact.id(), artifact.version());
    return Optional.ofNullable(published.get(path))
        .map(file -> new DirectorSigner.Published(path, file, "firmware"));
  }

  @Override
  public DirectorSigner.Said said(TenantId tenant, FleetName fleet) {
    return new DirectorSigner.Said(
        repository ? Optional.of(targets) : Optional.empty(),
        Set.of(Signers.keyOf(key).id()),
        Optional.of(this));
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return key.algorithm();
  }

  @Override
  public PublicKey publicKey() {
    return key.publicKey();
  }

  @Override
  public byte[] sign(byte[] message) {
    if (!answers) {
      throw new IllegalStateException("the key does not answer");
    }
    signed.incrementAndGet();
    return key.sign(message);
  }

  /// What a document says, once its signature is verified.
  DeviceAssignment verified(byte[] document) throws TufException {
    Metadata<DeviceAssignment> read = Metadata.assignment(document);
    boolean good =
        read.signatures().stream()
            .anyMatch(
                signature ->
                    Signers.keyOf(key)
                        .verifies(read.signedBytes(), signature.bytes().orElseThrow()));
    if (!good) {
      throw new IllegalStateException("the signature is wrong");
    }
    return read.signed();
  }

  int signed() {
    return signed.get();
  }

  /// Targets name another key, and the one before is trusted no more.
  void rotate() {
    key = SoftwareSigner.generate();
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
