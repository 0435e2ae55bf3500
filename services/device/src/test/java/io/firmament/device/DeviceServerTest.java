package io.firmament.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.device.v1.DeviceServiceGrpc;
import io.firmament.device.v1.DeviceServiceGrpc.DeviceServiceBlockingStub;
import io.firmament.device.v1.EnrollRequest;
import io.firmament.device.v1.EnrollResponse;
import io.firmament.device.v1.HardwareProfile;
import io.firmament.device.v1.HeartbeatRequest;
import io.firmament.device.v1.HeartbeatResponse;
import io.firmament.device.v1.RegisterRequest;
import io.firmament.device.v1.RegisterResponse;
import io.firmament.device.v1.RenewCertificateRequest;
import io.firmament.device.v1.RenewCertificateResponse;
import io.firmament.platform.fleet.DeviceEvent;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HeartbeatPolicy;
import io.firmament.platform.fleet.Tags;
import io.firmament.trust.CertificateRequest;
import io.firmament.trust.DeviceAuthority;
import io.firmament.trust.DeviceIdentity;
import io.firmament.trust.Pem;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/// The endpoint over real TLS and a real table. After every test it still serves a new device.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceServerTest {
  private TestFleet fleet;
  private int names;

  @BeforeAll
  void start() throws Exception {
    fleet = new TestFleet(HeartbeatPolicy.standard().withInterval(Duration.ofSeconds(10)));
  }

  @AfterAll
  void end() {
    fleet.close();
  }

  @AfterEach
  void stillServes() throws Exception {
    Enrolled device = enroll(newName());
    assertTrue(heartbeat(device.stub()).hasNextHeartbeatIn());
  }

  private record Enrolled(String name, TestKey key, String certificate, Channel channel) {
    DeviceServiceBlockingStub stub() {
      return DeviceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    X509Certificate leaf() throws Exception {
      return Pem.certificate(certificate.getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void takesADeviceFromTokenToHeartbeat() throws Exception {
    Enrolled device = enroll(newName());
    X509Certificate leaf = device.leaf();
    assertEquals(
        "spiffe://fleet.test/tenant/" + fleet.tenant + "/fleet/default/device/" + device.name(),
        DeviceIdentity.fromCertificate(leaf, TestFleet.DOMAIN).uri());
    assertFalse(leaf.getSubjectX500Principal().getName().contains("spoofed"));

    RegisterResponse registered = device.stub().register(registration("agent-1"));
    assertEquals(device.name(), registered.getDeviceName());
    HeartbeatResponse answer = heartbeat(device.stub());
    long millis =
        answer.getNextHeartbeatIn().getSeconds() * 1000
            + answer.getNextHeartbeatIn().getNanos() / 1_000_000;
    assertTrue(millis >= 9_000 && millis <= 11_000, "10 s with a tenth of jitter: " + millis);
    assertFalse(answer.getRenewCertificate());
    awaitOnline(device.name());
    assertEquals("Test board", fleet.device(device.name()).profile().model());
  }

  @Test
  void registersTheSameTwiceWithoutATrace() throws Exception {
    Enrolled device = enroll(newName());
    device.stub().register(registration("agent-1"));
    long version = fleet.device(device.name()).version();
    device.stub().register(registration("agent-1"));
    assertEquals(version, fleet.device(device.name()).version());
    device.stub().register(registration("agent-2"));
    assertEquals("agent-2", fleet.device(device.name()).agentVersion());
  }

  @Test
  void keepsTheTagsOfTheTokenAgainstTheDevice() throws Exception {
    String token =
        fleet
            .tokens()
            .create(
                fleet.operator,
                new EnrollTokens.Wish(
                    "",
                    new EnrollToken.Binding(
                        new FleetName("plant"), Tags.of(Map.of("site", "1")), Optional.empty()),
                    1,
                    Duration.ofHours(1)))
            .secret()
            .reveal();
    Enrolled device = enroll(newName(), token, TestKey.p256());
    device
        .stub()
        .register(RegisterRequest.newBuilder().putTags("site", "9").putTags("line", "b").build());
    assertEquals(
        Map.of("site", "1", "line", "b"), fleet.device(device.name()).tags().values());
    assertEquals("plant", fleet.device(device.name()).fleet().value());
  }

  @Test
  void refusesEverythingButEnrolmentWithoutACertificate() throws Exception {
    DeviceServiceBlockingStub stub = stub(fleet.anonymous());
    refused(
        Status.Code.UNAUTHENTICATED, "client_certificate_required", () -> heartbeat(stub));
    refused(
        Status.Code.UNAUTHENTICATED,
        "client_certificate_required",
        () -> stub.register(registration("a")));
    refused(
        Status.Code.UNAUTHENTICATED,
        "client_certificate_required",
        () -> stub.renewCertificate(RenewCertificateRequest.getDefaultInstance()));
  }

  @Test
  void failsTheHandshakeForACertificateOfAnotherAuthority() throws Exception {
    Enrolled device = enroll(newName());
    X509Certificate forged = forge(TestFleet.authority(Clock.systemUTC()), device.key(), device);
    handshakeFails(device.key(), forged);
  }

  @Test
  void failsTheHandshakeForAnExpiredCertificate() throws Exception {
    Enrolled device = enroll(newName());
    Clock longAgo = Clock.fixed(Instant.now().minus(Duration.ofDays(100)), ZoneOffset.UTC);
    X509Certificate expired = forge(authorityAt(longAgo), device.key(), device);
    handshakeFails(device.key(), expired);
  }

  @Test
  void refusesACertificateThatWasNeverRecorded() throws Exception {
    Enrolled device = enroll(newName());
    X509Certificate unrecorded = forge(fleet.authority, device.key(), device);
    DeviceServiceBlockingStub stub =
        stub(fleet.as(device.key().pair().getPrivate(), unrecorded));
    refused(Status.Code.PERMISSION_DENIED, "certificate_revoked", () -> heartbeat(stub));
  }

  @Test
  void refusesADeviceOfAnotherTenantWithTheSameName() throws Exception {
    Enrolled device = enroll(newName());
    DeviceIdentity elsewhere =
        new DeviceIdentity(
            TestFleet.DOMAIN, new TenantId(UUID.randomUUID()), "default", device.name());
    X509Certificate certificate =
        fleet.authority.issueDevice(
            elsewhere, CertificateRequest.verified(device.key().request()));
    DeviceServiceBlockingStub stub =
        stub(fleet.as(device.key().pair().getPrivate(), certificate));
    refused(Status.Code.PERMISSION_DENIED, "certificate_revoked", () -> heartbeat(stub));
  }

  @Test
  void takesTheIdentityFromTheCertificateWhateverTheBodyClaims() throws Exception {
    Enrolled victim = enroll(newName());
    Enrolled device = enroll(newName());
    RegisterRequest claims =
        RegisterRequest.newBuilder()
            .putTags("device", victim.name())
            .putTags("name", victim.name())
            .build();
    assertEquals(device.name(), device.stub().register(claims).getDeviceName());
    assertEquals(Map.of(), fleet.device(victim.name()).tags().values());
  }

  @Test
  void refusesADecommissionedDeviceAndTheTokenItStillHas() throws Exception {
    EnrollTokens.Created token = fleet.token(5);
    TestKey key = TestKey.p256();
    Enrolled device = enroll(newName(), token.secret().reveal(), key);
    heartbeat(device.stub());
    fleet.decommission(device.name());
    awaitRefusal("device_decommissioned", device.stub());
    refused(
        Status.Code.PERMISSION_DENIED,
        "device_decommissioned",
        () -> enroll(device.name(), token.secret().reveal(), key));
    Enrolled again = enroll(device.name(), fleet.token(1).secret().reveal(), TestKey.p256());
    heartbeat(again.stub());
  }

  @Test
  void retiresTheOldCertificateWhenTheRenewedOneIsUsed() throws Exception {
    Enrolled device = enroll(newName());
    TestKey next = TestKey.p256();
    RenewCertificateResponse renewed =
        device
            .stub()
            .renewCertificate(
                RenewCertificateRequest.newBuilder()
                    .setCertificateRequest(ByteString.copyFrom(next.request()))
                    .build());
    heartbeat(device.stub());
    DeviceServiceBlockingStub stub =
        stub(fleet.as(next.pair().getPrivate(), renewed.getCertificate()));
    heartbeat(stub);
    awaitRefusal("certificate_revoked", device.stub());
    heartbeat(stub);
  }

  @Test
  void refusesBadTokens() throws Exception {
    TestKey key = TestKey.p256();
    refused(
        Status.Code.UNAUTHENTICATED, "enroll_token_refused", () -> enroll("x", "nonsense", key));
    String real = fleet.token(1).secret().reveal();
    String other = real.substring(0, real.length() - 4) + "AAAA";
    refused(Status.Code.UNAUTHENTICATED, "enroll_token_refused", () -> enroll("x", other, key));

    EnrollTokens.Created deleted = fleet.token(1);
    fleet.tokens().delete(fleet.operator, deleted.token().id());
    refused(
        Status.Code.UNAUTHENTICATED,
        "enroll_token_refused",
        () -> enroll("x", deleted.secret().reveal(), key));

    EnrollTokens past =
        new EnrollTokens(
            fleet.store,
            Clock.fixed(Instant.now().minusSeconds(7200), ZoneOffset.UTC),
            UUID::randomUUID,
            new java.security.SecureRandom());
    String expired =
        past.create(
                fleet.operator,
                new EnrollTokens.Wish(
                    "",
                    EnrollToken.Binding.toFleet(FleetName.DEFAULT),
                    1,
                    Duration.ofHours(1)))
            .secret()
            .reveal();
    refused(
        Status.Code.FAILED_PRECONDITION, "enroll_token_expired", () -> enroll("x", expired, key));
  }

  @Test
  void spendsOneUsePerDeviceAndNoneForARepetition() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    TestKey key = TestKey.p256();
    Enrolled first = enroll(newName(), token.secret().reveal(), key);
    Enrolled repeated = enroll(first.name(), token.secret().reveal(), key);
    heartbeat(repeated.stub());
    awaitRefusal("certificate_revoked", first.stub());
    refused(
        Status.Code.FAILED_PRECONDITION,
        "enroll_token_exhausted",
        () -> enroll(newName(), token.secret().reveal(), TestKey.p256()));
    refused(
        Status.Code.ALREADY_EXISTS,
        "device_name_taken",
        () -> enroll(first.name(), fleet.token(1).secret().reveal(), TestKey.p256()));
  }

  @Test
  void neverEnrolsMoreDevicesThanTheBudgetUnderARace() throws Exception {
    String token = fleet.token(3).secret().reveal();
    List<Callable<Boolean>> attempts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String name = newName();
      attempts.add(
          () -> {
            try {
              enroll(name, token, TestKey.p256());
              return true;
            } catch (StatusRuntimeException e) {
              assertEquals("enroll_token_exhausted", code(e));
              return false;
            }
          });
    }
    int enrolled = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> attempt : executor.invokeAll(attempts)) {
        enrolled += attempt.get() ? 1 : 0;
      }
    }
    assertEquals(3, enrolled);
  }

  @Test
  void letsATokenForItsHardwareReplaceALostKey() throws Exception {
    Enrolled device = enroll(newName());
    EnrollToken.Binding binding =
        new EnrollToken.Binding(
            FleetName.DEFAULT, Tags.none(), Optional.of(new HardwareId(device.name())));
    String token =
        fleet
            .tokens()
            .create(
                fleet.operator, new EnrollTokens.Wish("", binding, 2, Duration.ofHours(1)))
            .secret()
            .reveal();
    Enrolled recovered = enroll(device.name(), token, TestKey.p256());
    heartbeat(recovered.stub());
    awaitRefusal("certificate_revoked", device.stub());
    refused(
        Status.Code.PERMISSION_DENIED,
        "enroll_token_bound",
        () -> enroll(newName(), token, TestKey.p256()));
  }

  @Test
  void refusesRequestsThatProveNothing() throws Exception {
    TestKey key = TestKey.p256();
    byte[] stolen = key.signedBy(TestKey.p256().pair(), "SHA256withECDSA");
    byte[] damaged = key.request();
    damaged[damaged.length - 1] ^= 1;
    TestKey weak = TestKey.of("RSA", "");
    TestKey other = TestKey.of("EC", "secp384r1");
    for (byte[] request :
        List.of(
            stolen,
            damaged,
            new byte[0],
            new byte[] {'-', '-'},
            "garbage".getBytes(StandardCharsets.US_ASCII),
            weak.signedBy(weak.pair(), "SHA256withRSA"),
            other.signedBy(other.pair(), "SHA256withECDSA"))) {
      EnrollTokens.Created token = fleet.token(1);
      refused(
          Status.Code.INVALID_ARGUMENT,
          "csr_invalid",
          () -> enrollWith(newName(), token.secret().reveal(), request));
      assertEquals(
          0,
          fleet.store.findToken(fleet.tenant, token.token().id()).orElseThrow().uses(),
          "nothing is spent on a refusal");
    }
  }

  @Test
  void enrolsEd25519Keys() throws Exception {
    TestKey key = TestKey.of("Ed25519", "");
    EnrollResponse answer =
        enrollWith(
            newName(), fleet.token(1).secret().reveal(), key.signedBy(key.pair(), "Ed25519"));
    X509Certificate leaf =
        Pem.certificate(answer.getCertificate().getBytes(StandardCharsets.US_ASCII));
    assertEquals(key.pair().getPublic(), leaf.getPublicKey());
  }

  @Test
  void refusesOversizedMessagesAndBadFields() throws Exception {
    DeviceServiceBlockingStub stub = stub(fleet.anonymous());
    StatusRuntimeException large =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                stub.enroll(
                    EnrollRequest.newBuilder()
                        .setCertificateRequest(ByteString.copyFrom(new byte[200_000]))
                        .build()));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, large.getStatus().getCode());
    Enrolled device = enroll(newName());
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_field",
        () -> device.stub().register(registration("v".repeat(1000))));
    refused(
        Status.Code.INVALID_ARGUMENT,
        "invalid_field",
        () -> enroll("../../etc", fleet.token(1).secret().reveal(), TestKey.p256()));
  }

  @Test
  void writesDownWhatHappened() throws Exception {
    EnrollTokens.Created token = fleet.token(1);
    Enrolled device = enroll(newName(), token.secret().reveal(), TestKey.p256());
    fleet.decommission(device.name());
    List<DeviceEvent.Kind> kinds =
        fleet
            .store
            .history(fleet.tenant, new DeviceName(device.name()), PageRequest.first())
            .items()
            .stream()
            .map(DeviceEvent::kind)
            .toList();
    assertEquals(List.of(DeviceEvent.Kind.DECOMMISSIONED, DeviceEvent.Kind.ENROLLED), kinds);
    String id = token.token().id().toString();
    List<String> actions = new ArrayList<>();
    PageRequest page = PageRequest.first();
    for (Optional<PageRequest> next = Optional.of(page); next.isPresent(); ) {
      PageRequest asked = next.get();
      io.firmament.base.Page<io.firmament.platform.fleet.AuditEvent> found =
          fleet.store.auditEvents(fleet.tenant, asked);
      found.items().stream()
          .filter(
              event ->
                  event.subject().equals("device:" + device.name())
                      || event.subject().contains(id))
          .forEach(event -> actions.add(event.action()));
      next = found.next().map(asked::after);
    }
    assertEquals(
        List.of("enroll_token.created", "device.enrolled", "device.decommissioned"), actions);
  }

  private String newName() {
    return "dev-" + names++ + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private Enrolled enroll(String name) throws Exception {
    return enroll(name, fleet.token(1).secret().reveal(), TestKey.p256());
  }

  private Enrolled enroll(String name, String token, TestKey key) throws Exception {
    EnrollResponse answer = enrollWith(name, token, key.request());
    return new Enrolled(
        answer.getDeviceName(),
        key,
        answer.getCertificate(),
        fleet.as(key.pair().getPrivate(), answer.getCertificate()));
  }

  private EnrollResponse enrollWith(String name, String token, byte[] request) throws Exception {
    return stub(fleet.anonymous())
        .enroll(
            EnrollRequest.newBuilder()
                .setToken(token)
                .setCertificateRequest(ByteString.copyFrom(request))
                .setHardwareId(name)
                .setRequestedName(name)
                .build());
  }

  private void awaitOnline(String name) throws InterruptedException {
    Devices devices = new Devices(fleet.store, Clock.systemUTC());
    for (int i = 0; i < 100; i++) {
      boolean online =
          devices.list(fleet.tenant, new PageRequest(200, Optional.empty())).items().stream()
              .anyMatch(
                  seen ->
                      seen.device().name().value().equals(name)
                          && seen.liveness() == Devices.Liveness.ONLINE);
      if (online) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(name + " did not come online");
  }

  /// The server trusts what it read for a few seconds.
  private static void awaitRefusal(String code, DeviceServiceBlockingStub stub)
      throws InterruptedException {
    Instant limit = Instant.now().plusSeconds(8);
    while (Instant.now().isBefore(limit)) {
      try {
        heartbeat(stub);
      } catch (StatusRuntimeException e) {
        assertEquals(code, code(e));
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("never refused with " + code);
  }

  private DeviceAuthority authorityAt(Clock clock) {
    return new DeviceAuthority(
        TestFleet.DOMAIN, fleet.signer, fleet.authority.root(), clock, new java.security.SecureRandom());
  }

  private X509Certificate forge(DeviceAuthority authority, TestKey key, Enrolled device)
      throws Exception {
    return authority.issueDevice(
        new DeviceIdentity(TestFleet.DOMAIN, fleet.tenant, "default", device.name()),
        CertificateRequest.verified(key.request()));
  }

  private void handshakeFails(TestKey key, X509Certificate certificate) throws Exception {
    DeviceServiceBlockingStub stub =
        stub(fleet.insisting(new InsistingKeyManager(key.pair().getPrivate(), certificate)));
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> heartbeat(stub));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
  }

  private static RegisterRequest registration(String agentVersion) {
    return RegisterRequest.newBuilder()
        .setAgentVersion(agentVersion)
        .setProfile(HardwareProfile.newBuilder().setModel("Test board").setCpuCores(2))
        .build();
  }

  private static HeartbeatResponse heartbeat(DeviceServiceBlockingStub stub) {
    return stub.heartbeat(HeartbeatRequest.getDefaultInstance());
  }

  private static DeviceServiceBlockingStub stub(Channel channel) {
    return DeviceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static void refused(Status.Code status, String code, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, code(e), e.toString());
    assertEquals(status, e.getStatus().getCode());
  }

  private static String code(StatusRuntimeException e) {
    io.grpc.Metadata trailers = e.getTrailers();
    return trailers == null ? "" : String.valueOf(trailers.get(Refusals.CODE));
  }
}
