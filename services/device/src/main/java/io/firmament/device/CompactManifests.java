package io.firmament.device;

import com.google.protobuf.ByteString;
import io.firmament.base.LastUsed;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.device.v1.CompactUpdateManifest;
import io.firmament.device.v1.SignedManifest;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.rollout.ManifestSigner;
import io.firmament.platform.rollout.SignedAssignments;
import io.firmament.trust.Signer;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Hashes;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.TufException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Says in a manifest what the director's document says, and signs it with the tenant's key for
/// manifests. What was signed is remembered: a device asks many times.
public final class CompactManifests implements ManifestSigner {
  private static final Log LOG = Log.of(CompactManifests.class);
  private static final byte[] CONTEXT =
      "firmament:device-manifest:v1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_BYTES = 512;
  private static final int SCHEMA_VERSION = 1;
  private static final int REMEMBERED = 10_000;
  private static final int MAX_TENANTS = 1_000;
  private static final Duration LOG_EVERY = Duration.ofMinutes(5);

  private final Keys keys;
  private final Clock clock;
  private final LastUsed<Key, SignedManifest> signed = new LastUsed<>(REMEMBERED);
  private final LastUsed<TenantId, Instant> logged = new LastUsed<>(MAX_TENANTS);

  CompactManifests(Keys keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /// The keys of manifests.
  @FunctionalInterface
  public interface Keys {
    /// A tenant's; empty where it was not made.
    Optional<Signer> find(TenantId tenant);
  }

  private record Key(TenantId tenant, ByteString manifest) {}

  /// The key by which a tenant's devices verify manifests.
  Optional<Signer> key(TenantId tenant) {
    return keys.find(tenant);
  }

  @Override
  public Optional<byte[]> sign(Device device, SignedAssignments.Document document, long counter) {
    DeviceAssignment assignment = read(document.signed());
    Optional<Sha256> sha256 = sha256(assignment);
    if (sha256.isEmpty()) {
      return Optional.empty();
    }
    ByteString manifest =
        CompactUpdateManifest.newBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .setTenantId(device.tenant().toString())
            .setArtifactName(assignment.artifact().name())
            .setArtifactVersion(assignment.artifact().version())
            .setSha256(sha256.get().hex())
            .setSizeBytes(assignment.target().length())
            .setTargetProfile(device.profile().model())
            .setRollbackCounter(counter)
            .setIssuedAtUnix(issued(assignment).getEpochSecond())
            .build()
            .toByteString();
    if (manifest.size() > MAX_BYTES) {
      unsigned(device, "the manifest would have " + manifest.size() + " bytes");
      return Optional.empty();
    }
    Optional<Signer> key = keys.find(device.tenant());
    if (key.isEmpty()) {
      unsigned(device, "the tenant has no key for manifests");
      return Optional.empty();
    }
    Key known = new Key(device.tenant(), manifest);
    return Optional.of(
        signed
            .find(known)
            .orElseGet(
                () -> {
                  SignedManifest made = sign(manifest, key.get());
                  signed.put(known, made);
                  return made;
                })
            .toByteArray());
  }

  @Override
  public Optional<Inventory.Installed> installed(SignedAssignments.Document document) {
    DeviceAssignment assignment = read(document.signed());
    return sha256(assignment)
        .map(sha256 -> new Inventory.Installed(assignment.artifact().version(), sha256));
  }

  /// Of what a device is to install; empty for the rest.
  private static Optional<Sha256> sha256(DeviceAssignment assignment) {
    return assignment.action() == DeviceAssignment.Action.APPLY
        ? Optional.ofNullable(assignment.target().hashes().byAlgorithm().get(Hashes.SHA256))
            .map(Sha256::new)
        : Optional.empty();
  }

  private static SignedManifest sign(ByteString manifest, Signer key) {
    byte[] message = ByteString.copyFrom(CONTEXT).concat(manifest).toByteArray();
    return SignedManifest.newBuilder()
        .setManifest(manifest)
        .setKeyId(key.keyId().hex())
        .setAlg("ed25519")
        .setSignature(ByteString.copyFrom(key.sign(message)))
        .build();
  }

  /// What a document of the director says.
  static DeviceAssignment read(byte[] document) {
    try {
      return Metadata.assignment(document).signed();
    } catch (TufException e) {
      throw new IllegalStateException("what the director has signed can be read", e);
    }
  }

  /// The version of an assignment is when it was issued, in milliseconds.
  private static Instant issued(DeviceAssignment assignment) {
    return Instant.ofEpochMilli(assignment.version());
  }

  private void unsigned(Device device, String reason) {
    Instant now = clock.instant();
    boolean recent =
        logged.find(device.tenant()).filter(at -> now.isBefore(at.plus(LOG_EVERY))).isPresent();
    if (!recent) {
      logged.put(device.tenant(), now);
      LOG.warn(
          "manifest_not_signed",
          "tenant",
          device.tenant(),
          "device",
          device.name(),
          "reason",
          reason);
    }
  }
}
