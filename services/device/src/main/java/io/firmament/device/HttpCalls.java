package io.firmament.device;

import io.firmament.aws.Outage;
import io.firmament.base.BaseProblem;
import io.firmament.base.Log;
import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.HardwareProfile;
import io.firmament.platform.fleet.RecordHeartbeat;
import io.firmament.platform.fleet.RegisterDevice;
import io.firmament.platform.fleet.Tags;
import io.firmament.platform.logs.LogProblem;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.ReceiveLogs;
import io.firmament.platform.mailbox.Deliveries;
import io.firmament.trust.Pem;
import io.firmament.trust.Signer;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/// The calls of devices that have no gRPC, such as microcontrollers: JSON over HTTP/1.1, with the
/// decisions of the gRPC calls behind it.
///
/// | call | body | answer |
/// | --- | --- | --- |
/// | `POST /api/v1/provision/claim`, without a client certificate | `claim_token`, `device_id`,
/// `csr_pem` | 201 `device_cert_pem`, `ca_cert_pem`, `device_host`, `device_name`, `fleet` |
/// | `POST /device/register` | `hw_profile`, `agent_version`, `tags` | 200 `device_name`, `fleet`,
/// `first_heartbeat_seconds`, `server_time` |
/// | `GET /device/manifest-key` | | 200 `key_id`, `public_key_pem`, `alg` |
/// | `GET /device/manifest?artifact_name=&target_profile=` | | 200 a `SignedManifest`; 204 where
/// nothing is assigned |
/// | `GET /device/firmware`, with the same query | | the bytes, whole or one range |
/// | `POST /device/heartbeat` | `agent_version`, and `applied_version`, `applied_counter`,
/// `reverted_version`, `probe` with `healthy` and `detail` | 200 `next_heartbeat_seconds`,
/// `server_time`, `renew_certificate`, `log_requests` with `request_id`, `source`, `since`,
/// `max_bytes`; or `decommissioned` alone |
/// | `POST /device/logs/ID?status=ok` | the text | 204; other words are `not_allowed` and
/// `unavailable`, with the reason as the text |
///
/// All members but those of a claim are optional; those that are not known here are passed over.
/// Times are seconds since 1970, UTC.
final class HttpCalls {
  private static final Log LOG = Log.of(HttpCalls.class);
  private static final String PREFIX = "/device/";
  private static final String CLAIM = "/api/v1/provision/claim";
  private static final String LOGS = PREFIX + "logs/";
  private static final String MANIFEST = PREFIX + "manifest";
  private static final String MANIFEST_KEY = PREFIX + "manifest-key";
  private static final String FIRMWARE = PREFIX + "firmware";
  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/x-protobuf";
  private static final int MAX_BODY = 16 * 1024;
  private static final int DRAINED = 64 * 1024;
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int RETRY_SECONDS = 5;

  private final Claims claims;
  private final RegisterDevice register;
  private final RecordHeartbeat heartbeat;
  private final Deliveries deliveries;
  private final ReceiveLogs receive;
  private final CompactManifests manifests;
  private final Clock clock;

  HttpCalls(
      Claims claims,
      RegisterDevice register,
      RecordHeartbeat heartbeat,
      Deliveries deliveries,
      ReceiveLogs receive,
      CompactManifests manifests,
      Clock clock) {
    this.claims = claims;
    this.register = register;
    this.heartbeat = heartbeat;
    this.deliveries = deliveries;
    this.receive = receive;
    this.manifests = manifests;
    this.clock = clock;
  }

  /// A request as far as a call needs it.
  ///
  /// @param query its members by name, the first of each
  record Call(String method, String path, Map<String, String> query, InputStream body) {
    String query(String name) {
      return query.getOrDefault(name, "");
    }
  }

  /// @param content empty for no content
  record Answer(int status, Optional<Content> content) {}

  record Content(String type, byte[] bytes) {
    static Content of(Json.Obj json) {
      return new Content(JSON, json.toBytes());
    }
  }

  /// How devices without a certificate get one.
  ///
  /// @param host under which devices reach the platform
  record Claims(EnrollDevice enroll, DeviceDirectory directory, String host) {}

  /// Exchanges an enrolment token and a certificate request for a certificate; asked again with the
  /// same it gives another for the same device, and spends nothing.
  ///
  /// @throws ProblemException where it is refused
  /// @throws IOException where the device breaks off
  Answer claim(Call call) throws IOException {
    if (!call.path().equals(CLAIM) || !call.method().equals("POST")) {
      call.body().readNBytes(DRAINED);
      throw BaseProblem.NOT_FOUND.with("what", "call");
    }
    Json.Obj said = object(call);
    EnrollDevice.Enrolled enrolled;
    try {
      enrolled =
          claims
              .enroll()
              .enroll(
                  new EnrollDevice.Request(
                      text(said, "claim_token"),
                      text(said, "csr_pem").getBytes(StandardCharsets.US_ASCII),
                      new HardwareId(text(said, "device_id")),
                      Optional.empty()));
    } catch (RuntimeException trouble) {
      throw unavailable(trouble, call);
    }
    Device device = enrolled.device();
    claims.directory().changed(device);
    LOG.info(
        "device_enrolled",
        "tenant",
        device.tenant(),
        "device",
        device.name(),
        "fleet",
        device.fleet(),
        "token",
        device.enrolledBy());
    return new Answer(
        201,
        Optional.of(
            Content.of(
                Json.Obj.EMPTY
                    .with("device_cert_pem", enrolled.issued().certificatePem())
                    .with("ca_cert_pem", enrolled.issued().trustAnchorsPem())
                    .with("device_host", claims.host())
                    .with("device_name", device.name().value())
                    .with("fleet", device.fleet().value()))));
  }

  /// What to tell of trouble that is no refusal.
  private static RuntimeException unavailable(RuntimeException trouble, Call call) {
    if (!Outage.is(trouble)) {
      return trouble;
    }
    LOG.error("device_call_failed", trouble, "call", call.path());
    return FleetProblem.PLATFORM_UNAVAILABLE.with("seconds", RETRY_SECONDS);
  }

  static boolean owns(String path) {
    return path.startsWith(PREFIX) && !isFirmware(path);
  }

  static boolean isFirmware(String path) {
    return path.equals(FIRMWARE);
  }

  /// Answers a call.
  ///
  /// @param caller who calls, once it is asked for
  /// @throws ProblemException where it is refused
  /// @throws IOException where the device breaks off
  Answer answer(Call call, Supplier<Device> caller) throws IOException {
    try {
      Device device = caller.get();
      require(call);
      return switch (call.path()) {
        case PREFIX + "register" -> register(device, object(call));
        case PREFIX + "heartbeat" -> heartbeat(device, object(call));
        case MANIFEST_KEY -> manifestKey(device);
        case MANIFEST -> manifest(device, call);
        default -> logs(device, call);
      };
    } catch (ProblemException refusal) {
      // Of a body that is not read the connection would be closed, and the next call lost on it.
      call.body().readNBytes(DRAINED);
      boolean gone = refusal.problem() == FleetProblem.DEVICE_DECOMMISSIONED;
      if (gone && call.path().equals(PREFIX + "heartbeat")) {
        return answered(Json.Obj.EMPTY.with("decommissioned", true));
      }
      throw refusal;
    } catch (RuntimeException trouble) {
      throw unavailable(trouble, call);
    }
  }

  private static void require(Call call) {
    String method =
        switch (call.path()) {
          case PREFIX + "register", PREFIX + "heartbeat" -> "POST";
          case MANIFEST_KEY, MANIFEST -> "GET";
          default -> call.path().startsWith(LOGS) ? "POST" : "";
        };
    if (!call.method().equals(method)) {
      throw BaseProblem.NOT_FOUND.with("what", "call");
    }
  }

  private Answer register(Device device, Json.Obj said) {
    HardwareProfile unknown = HardwareProfile.unknown();
    HardwareProfile profile =
        new HardwareProfile(
            text(said, "hw_profile"),
            unknown.soc(),
            unknown.architecture(),
            unknown.ramBytes(),
            unknown.cpuCores(),
            unknown.accelerators(),
            unknown.osName(),
            unknown.kernel());
    Device registered =
        register.register(
            device, new RegisterDevice.Report(profile, tags(said), text(said, "agent_version")));
    return answered(
        Json.Obj.EMPTY
            .with("device_name", registered.name().value())
            .with("fleet", registered.fleet().value())
            .with("first_heartbeat_seconds", seconds(heartbeat.first()))
            .with("server_time", clock.instant().getEpochSecond()));
  }

  private Answer manifestKey(Device device) {
    Signer key =
        manifests
            .key(device.tenant())
            .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "manifest key"));
    return answered(
        Json.Obj.EMPTY
            .with("key_id", key.keyId().hex())
            .with("public_key_pem", Pem.encode("PUBLIC KEY", key.publicKey().getEncoded()))
            .with("alg", "ed25519"));
  }

  private Answer manifest(Device device, Call call) {
    String artifact = artifact(call);
    return profile(call).equals(device.profile().model())
        ? deliveries
            .manifest(device, artifact, manifests)
            .map(signed -> new Answer(200, Optional.of(new Content(PROTOBUF, signed))))
            .orElseGet(() -> new Answer(204, Optional.empty()))
        : new Answer(204, Optional.empty());
  }

  /// Where the firmware is that a device's manifest names.
  ///
  /// @throws ProblemException where it has no such manifest
  ArtifactPath firmware(Call call, Device device) {
    try {
      String artifact = artifact(call);
      return Optional.of(profile(call))
          .filter(profile -> profile.equals(device.profile().model()))
          .flatMap(_ -> deliveries.fetch(device, artifact))
          .map(CompactManifests::read)
          .flatMap(assignment -> ArtifactPath.of(assignment, device.tenant(), device.fleet()))
          .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "firmware"));
    } catch (RuntimeException trouble) {
      throw unavailable(trouble, call);
    }
  }

  private static String artifact(Call call) {
    return required(call, "artifact_name");
  }

  private static String profile(Call call) {
    return required(call, "target_profile");
  }

  private static String required(Call call, String name) {
    String value = call.query(name);
    if (value.isEmpty()) {
      throw invalid(name, "is missing");
    }
    return value;
  }

  private static Deliveries.Running running(Json.Obj said) {
    Json.Obj probe =
        switch (said.get("probe")) {
          case Json.Obj object -> object;
          case null -> Json.Obj.EMPTY;
          default -> throw invalid("probe", "is an object");
        };
    Optional<Boolean> healthy =
        switch (probe.get("healthy")) {
          case Json.Bool(boolean value) -> Optional.of(value);
          case null -> Optional.empty();
          default -> throw invalid("probe.healthy", "is true or false");
        };
    long counter =
        switch (said.get("applied_counter")) {
          case Json.Int(long value) when value >= 0 -> value;
          case null -> 0;
          default -> throw invalid("applied_counter", "is a number, not below 0");
        };
    return new Deliveries.Running(
        text(said, "applied_version"),
        counter,
        text(said, "reverted_version"),
        healthy,
        text(probe, "detail"));
  }

  private Answer heartbeat(Device device, Json.Obj said) {
    Deliveries.Running running = running(said);
    Device known = running.says() ? deliveries.running(device, running, manifests) : device;
    RecordHeartbeat.Answer told =
        heartbeat.heartbeat(known, text(said, "agent_version"), known.inventory());
    List<Json> requests = new ArrayList<>();
    for (LogRequest wanted : deliveries.logRequests(device)) {
      Json.Obj request =
          Json.Obj.EMPTY
              .with("request_id", wanted.id().toString())
              .with("source", wanted.source())
              .with("max_bytes", wanted.maxBytes());
      requests.add(
          wanted
              .since()
              .map(since -> request.with("since", since.getEpochSecond()))
              .orElse(request));
    }
    return answered(
        Json.Obj.EMPTY
            .with("next_heartbeat_seconds", seconds(told.next()))
            .with("server_time", told.serverTime().getEpochSecond())
            .with("renew_certificate", told.advice() == RecordHeartbeat.CertificateAdvice.RENEW)
            .with("log_requests", new Json.Arr(requests)));
  }

  private Answer logs(Device device, Call call) throws IOException {
    LogRequest request = receive.require(device, call.path().substring(LOGS.length()));
    switch (call.query("status")) {
      case "", "ok" -> keep(request, call.body());
      case "not_allowed" ->
          receive.refuse(request, LogRequest.Reason.NOT_ALLOWED, reason(call.body()));
      case "unavailable" ->
          receive.refuse(request, LogRequest.Reason.UNAVAILABLE, reason(call.body()));
      default -> throw invalid("status", "is none that there is");
    }
    deliveries.answered(request);
    return new Answer(204, Optional.empty());
  }

  /// Compresses what comes as text: everything that reads logs expects them so.
  private void keep(LogRequest request, InputStream body) throws IOException {
    try (ReceiveLogs.Receiving receiving = receive.begin(request)) {
      OutputStream sink = new Sink(receiving);
      try (GZIPOutputStream compressed = new GZIPOutputStream(sink, BUFFER_BYTES)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        long length = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
          length += read;
          if (length > request.maxBytes()) {
            throw LogProblem.LOGS_TOO_LARGE.with("limit", request.maxBytes());
          }
          compressed.write(buffer, 0, read);
        }
      }
      receiving.complete();
    }
  }

  private static final class Sink extends OutputStream {
    private final ReceiveLogs.Receiving receiving;

    Sink(ReceiveLogs.Receiving receiving) {
      this.receiving = receiving;
    }

    @Override
    public void write(int single) {
      receiving.write(new byte[] {(byte) single});
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      receiving.write(Arrays.copyOfRange(bytes, from, from + count));
    }
  }

  private static String reason(InputStream body) throws IOException {
    return new String(whole(body), StandardCharsets.UTF_8);
  }

  private static Json.Obj object(Call call) throws IOException {
    byte[] body = whole(call.body());
    try {
      return body.length == 0 ? Json.Obj.EMPTY : JsonReader.readObject(body);
    } catch (TufException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", String.valueOf(e.getMessage()));
    }
  }

  private static byte[] whole(InputStream body) throws IOException {
    byte[] read = body.readNBytes(MAX_BODY + 1);
    if (read.length > MAX_BODY) {
      throw BaseProblem.BODY_TOO_LARGE.with("limit", MAX_BODY);
    }
    return read;
  }

  private static String text(Json.Obj said, String name) {
    return switch (said.get(name)) {
      case Json.Text(String value) -> value;
      case null -> "";
      default -> throw invalid(name, "is a text");
    };
  }

  private static Tags tags(Json.Obj said) {
    Map<String, String> tags = new TreeMap<>();
    switch (said.get("tags")) {
      case Json.Obj object -> object.members().keySet().forEach(k -> tags.put(k, text(object, k)));
      case null -> {}
      default -> throw invalid("tags", "is an object");
    }
    return Tags.of(tags);
  }

  /// Rounded up: a device that comes a little late is none that comes too soon.
  private static long seconds(java.time.Duration duration) {
    return duration.plusMillis(999).toSeconds();
  }

  private static Answer answered(Json.Obj json) {
    return new Answer(200, Optional.of(Content.of(json)));
  }

  private static ProblemException invalid(String field, String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
  }
}
