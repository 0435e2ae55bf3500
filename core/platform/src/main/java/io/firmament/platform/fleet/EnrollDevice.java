package io.firmament.platform.fleet;

import io.firmament.base.EnrollTokenId;
import io.firmament.base.Ids;
import io.firmament.base.Sha256;
import io.firmament.platform.fleet.FleetStore.Base;
import io.firmament.platform.fleet.FleetStore.EnrollOutcome;
import io.firmament.platform.fleet.FleetStore.Enrolment;
import io.firmament.platform.fleet.FleetStore.TokenUse;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/// Lets a device in: checks its token and its proof of possession, issues a certificate, and
/// records the device together with the spent use of the token.
///
/// A certificate that was issued but not recorded (the process died, the write lost a race) stands
/// for nothing: only recorded serial numbers are accepted.
public final class EnrollDevice {
  private static final int ATTEMPTS = 5;

  private final FleetStore store;
  private final CertificateIssuer issuer;
  private final Clock clock;
  private final Ids ids;

  public EnrollDevice(FleetStore store, CertificateIssuer issuer, Clock clock, Ids ids) {
    this.store = store;
    this.issuer = issuer;
    this.clock = clock;
    this.ids = ids;
  }

  /// What a device asks with.
  ///
  /// @param requestedName empty to derive it from the hardware id
  public record Request(
      String token,
      byte[] certificateRequest,
      HardwareId hardwareId,
      Optional<DeviceName> requestedName) {}

  /// What a device gets.
  public record Enrolled(Device device, CertificateIssuer.Issued issued) {}

  /// Enrols a device. Repeating it with the same token and key costs no second use.
  public Enrolled enroll(Request request) {
    EnrollSecret secret =
        EnrollSecret.parse(request.token()).orElseThrow(FleetProblem.ENROLL_TOKEN_REFUSED::with);
    DeviceName name = request.requestedName().orElseGet(() -> request.hardwareId().derivedName());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      EnrollToken token = usableToken(secret, request.hardwareId(), now);
      Sha256 key = issuer.verify(request.certificateRequest());
      Optional<Device> known = store.findDevice(token.tenant(), name);
      Step step = decide(token, request.hardwareId(), name, key, known);
      if (step.use() == TokenUse.SPEND && token.remainingUses() == 0) {
        throw FleetProblem.ENROLL_TOKEN_EXHAUSTED.with("max_uses", token.maxUses());
      }
      CertificateIssuer.Issued issued =
          issuer.issue(token.tenant(), token.binding().fleet(), name, request.certificateRequest());
      Enrolment enrolment = enrolment(token, step, request.hardwareId(), name, issued, now);
      switch (store.enroll(enrolment, now)) {
        case EnrollOutcome.Enrolled enrolled -> {
          return new Enrolled(enrolled.device(), issued);
        }
        // Someone was faster: look again, which either finds the reason to refuse or succeeds.
        case EnrollOutcome.TokenRefused _, EnrollOutcome.DeviceConflict _ -> {}
      }
    }
    throw FleetProblem.DEVICE_CHANGED.with("device", name);
  }

  private EnrollToken usableToken(EnrollSecret secret, HardwareId hardwareId, Instant now) {
    EnrollTokenId id = secret.token();
    EnrollToken token =
        store
            .findToken(secret.tenant(), id)
            .filter(found -> sameDigest(found.secret(), secret.text().sha256()))
            .orElseThrow(FleetProblem.ENROLL_TOKEN_REFUSED::with);
    if (token.state(now) == EnrollToken.State.EXPIRED) {
      throw FleetProblem.ENROLL_TOKEN_EXPIRED.with("expired_at", token.expiresAt());
    }
    if (token.binding().hardwareId().filter(bound -> !bound.equals(hardwareId)).isPresent()) {
      throw FleetProblem.ENROLL_TOKEN_BOUND.with();
    }
    return token;
  }

  private record Step(TokenUse use, Optional<Device> base) {}

  private static Step decide(
      EnrollToken token,
      HardwareId hardwareId,
      DeviceName name,
      Sha256 key,
      Optional<Device> known) {
    if (known.isEmpty()) {
      return new Step(TokenUse.SPEND, Optional.empty());
    }
    Device device = known.get();
    if (device.state() == Device.State.DECOMMISSIONED) {
      // Only a token made since lets it back in: the one it still carries must not.
      boolean newer =
          device.decommissionedAt().filter(at -> token.createdAt().isAfter(at)).isPresent();
      if (!newer) {
        throw FleetProblem.DEVICE_DECOMMISSIONED.with("device", name);
      }
      return new Step(TokenUse.SPEND, known);
    }
    boolean sameHardware = device.hardwareId().equals(hardwareId);
    boolean repeated =
        sameHardware
            && device.current().key().equals(key)
            && device.enrolledBy().equals(token.id());
    if (repeated) {
      return new Step(TokenUse.ALREADY_SPENT, known);
    }
    if (sameHardware && token.binding().hardwareId().isPresent()) {
      return new Step(TokenUse.SPEND, known);
    }
    throw FleetProblem.DEVICE_NAME_TAKEN.with("device", name);
  }

  private Enrolment enrolment(
      EnrollToken token,
      Step step,
      HardwareId hardwareId,
      DeviceName name,
      CertificateIssuer.Issued issued,
      Instant now) {
    Device fresh = Device.enrolled(token, name, hardwareId, issued.certificate(), now);
    // What is installed does not change by a new key.
    Device device =
        step.base()
            .map(base -> fresh.atVersion(base.version()).withInventory(base.inventory()))
            .orElse(fresh);
    Map<String, String> facts =
        Map.of(
            "token", token.id().toString(),
            "fleet", device.fleet().value(),
            "hardware_id", hardwareId.value(),
            "serial", issued.certificate().serial().hex());
    DeviceEvent.Kind kind =
        step.base().isPresent() ? DeviceEvent.Kind.REENROLLED : DeviceEvent.Kind.ENROLLED;
    return new Enrolment(
        device,
        step.use(),
        step.base().isPresent() ? Base.SAME_VERSION : Base.NO_DEVICE,
        DeviceEvent.of(ids.next(), device, now, kind, facts),
        AuditEvent.of(
            new AuditEvent.Moment(ids.next(), now, "device:" + name),
            token.tenant(),
            step.base().isPresent() ? "device.reenrolled" : "device.enrolled",
            "device:" + name,
            facts));
  }

  private static boolean sameDigest(Sha256 a, Sha256 b) {
    return java.security.MessageDigest.isEqual(
        a.hex().getBytes(java.nio.charset.StandardCharsets.US_ASCII),
        b.hex().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }
}
