package io.firmament.rest.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoFirmwareStore;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.artifact.AffectedDevices;
import io.firmament.platform.fleet.CertificateIssuer;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.DecommissionDevice;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetProblem;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.schema.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// The fleet's operations over a real table.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetOperationsTest {
  private final DynamoEngine engine = DynamoEngine.inMemory();
  private final DynamoDbClient dynamo =
      AwsClients.of(
              Map.of(
                  "AWS_REGION", "eu-central-1",
                  "AWS_ACCESS_KEY_ID", "test",
                  "AWS_SECRET_ACCESS_KEY", "test",
                  "AWS_ENDPOINT_URL", engine.endpoint().toString()))
          .dynamo();
  private final Clock clock = Clock.systemUTC();
  private final FleetStore store = store();
  private final EnrollTokens tokens =
      new EnrollTokens(store, clock, Ids.random(), new SecureRandom());
  private final Devices devices = new Devices(store, clock);

  @AfterAll
  void end() {
    dynamo.close();
    engine.close();
  }

  @Test
  void createsATokenWhoseSecretIsShownOnce() {
    Caller caller = caller();
    Map<String, Object> created = create(caller, "{\"name\":\"line 1\",\"max_uses\":3}");
    assertTrue(text(created, "token").startsWith("fenr_"));
    assertEquals("default", created.get("fleet"));
    HttpResponse listed = call(new ListEnrollTokens(tokens, clock), caller, Map.of(), "");
    assertEquals(200, listed.status());
    Map<String, Object> item = items(listed).getFirst();
    assertFalse(item.containsKey("token"));
    assertEquals(created.get("id"), item.get("id"));
    assertEquals("active", item.get("state"));
    assertFalse(body(listed).contains(text(created, "token")));
    assertEquals(
        List.of(), items(call(new ListEnrollTokens(tokens, clock), caller(), Map.of(), "")));
  }

  @Test
  void deletesATokenOnceAndOnlyForItsTenant() {
    Caller caller = caller();
    String id = text(create(caller, ""), "id");
    Operation delete = new DeleteEnrollToken(tokens);
    refused(
        FleetProblem.ENROLL_TOKEN_NOT_FOUND, () -> call(delete, caller(), Map.of("id", id), ""));
    assertEquals(204, call(delete, caller, Map.of("id", id), "").status());
    refused(FleetProblem.ENROLL_TOKEN_NOT_FOUND, () -> call(delete, caller, Map.of("id", id), ""));
    refused(FleetProblem.ENROLL_TOKEN_NOT_FOUND, () -> call(delete, caller, Map.of("id", "x"), ""));
  }

  @Test
  void refusesMalformedWishes() {
    Caller caller = caller();
    for (String body : List.of("[", "[]", "\"x\"", "{\"max_uses\":\"many\"}", "{\"tags\":[1]}")) {
      refused(BaseProblem.MALFORMED_REQUEST, () -> create(caller, body));
    }
    for (String body :
        List.of(
            "{\"max_uses\":0}",
            "{\"expires_in_seconds\":0}",
            "{\"expires_in_seconds\":99999999999}",
            "{\"fleet\":\"../x\"}",
            "{\"tags\":{\"a b\":\"c\"}}",
            "{\"hardware_id\":\"\"}")) {
      refused(BaseProblem.INVALID_FIELD, () -> create(caller, body));
    }
  }

  @Test
  void listsPagesAndDecommissionsDevices() {
    Caller caller = caller();
    String token = text(create(caller, "{\"max_uses\":3}"), "token");
    for (String name : List.of("c", "a", "b")) {
      enroll(token, name);
    }
    List<Object> names = new ArrayList<>();
    String query = "limit=2";
    HttpResponse page = call(listDevices(), caller, Map.of(), query);
    items(page).forEach(item -> names.add(item.get("name")));
    String next = text(object(page), "next");
    page = call(listDevices(), caller, Map.of(), query + "&cursor=" + next);
    items(page).forEach(item -> names.add(item.get("name")));
    assertEquals(List.of("a", "b", "c"), names);
    assertFalse(object(page).containsKey("next"));
    assertEquals("offline", items(page).getFirst().get("status"));

    Operation delete = new DeleteDevice(new DecommissionDevice(store, clock, Ids.random()));
    refused(FleetProblem.DEVICE_NOT_FOUND, () -> call(delete, caller(), Map.of("name", "a"), ""));
    assertEquals(204, call(delete, caller, Map.of("name", "a"), "").status());
    refused(
        FleetProblem.DEVICE_ALREADY_DECOMMISSIONED,
        () -> call(delete, caller, Map.of("name", "a"), ""));
    assertEquals(
        "decommissioned",
        items(call(listDevices(), caller, Map.of(), "")).getFirst().get("status"));
    Operation history = new ListDeviceHistory(devices);
    List<Object> types =
        items(call(history, caller, Map.of("name", "a"), "")).stream()
            .map(item -> item.get("type"))
            .toList();
    assertEquals(List.of("decommissioned", "enrolled"), types);
    refused(FleetProblem.DEVICE_NOT_FOUND, () -> call(history, caller(), Map.of("name", "a"), ""));
    refused(FleetProblem.DEVICE_NOT_FOUND, () -> call(history, caller, Map.of("name", "/"), ""));
  }

  @Test
  void clampsLargeLimitsAndRefusesWrongOnes() {
    Caller caller = caller();
    Operation list = listDevices();
    assertEquals(200L, number(object(call(list, caller, Map.of(), "limit=1000000")), "limit"));
    assertEquals(50L, number(object(call(list, caller, Map.of(), "")), "limit"));
    refused(BaseProblem.INVALID_FIELD, () -> call(list, caller, Map.of(), "limit=0"));
    refused(BaseProblem.INVALID_FIELD, () -> call(list, caller, Map.of(), "limit=x"));
    refused(BaseProblem.INVALID_CURSOR, () -> call(list, caller, Map.of(), "cursor=%25"));
  }

  @Test
  void pagesByOffsetAndSaysHowManyThereAre() {
    Caller caller = caller();
    String token = text(create(caller, "{\"max_uses\":5}"), "token");
    for (String name : List.of("c", "a", "b", "d")) {
      enroll(token, name);
    }
    Map<String, Object> page = object(call(listDevices(), caller, Map.of(), "limit=2&offset=1"));
    assertEquals(
        List.of("b", "c"),
        items(call(listDevices(), caller, Map.of(), "limit=2&offset=1")).stream()
            .map(item -> item.get("name"))
            .toList());
    assertEquals(4L, number(page, "total"));
    assertEquals(1L, number(page, "offset"));
    HttpResponse beyond = call(listDevices(), caller, Map.of(), "offset=10000");
    assertEquals(List.of(), items(beyond));
    assertEquals(4L, number(object(beyond), "total"));
    HttpResponse history =
        call(new ListDeviceHistory(devices), caller, Map.of("name", "a"), "offset=1");
    assertEquals(List.of(), items(history));
    assertEquals(1L, number(object(history), "total"));
    HttpResponse listed = call(new ListEnrollTokens(tokens, clock), caller, Map.of(), "offset=1");
    assertEquals(List.of(), items(listed));
    assertEquals(1L, number(object(listed), "total"));
  }

  @Test
  void refusesWrongOffsets() {
    Caller caller = caller();
    Operation list = listDevices();
    for (String offset : List.of("-1", "10001", "x", "1.5", "99999999999")) {
      refused(BaseProblem.INVALID_FIELD, () -> call(list, caller, Map.of(), "offset=" + offset));
    }
    refused(BaseProblem.INVALID_FIELD, () -> call(list, caller, Map.of(), "offset=1&cursor=YQ"));
  }

  private ListDevices listDevices() {
    return new ListDevices(
        devices,
        new AffectedDevices(
            new DynamoFirmwareStore(dynamo, "firmware"),
            new DynamoArtifactStore(dynamo, "fleet"),
            devices));
  }

  private FleetStore store() {
    new DynamoTables(dynamo).create(TableDefinition.named("fleet"), "fleet");
    return new DynamoFleetStore(dynamo, "fleet");
  }

  /// Enrolment with an authority that signs nothing: what REST shows is the record of it.
  private void enroll(String token, String name) {
    CertificateIssuer issuer =
        new CertificateIssuer() {
          @Override
          public Sha256 verify(byte[] certificateRequest) {
            return Sha256.of(certificateRequest);
          }

          @Override
          public Issued issue(
              TenantId tenant, FleetName fleet, DeviceName device, byte[] certificateRequest) {
            return new Issued(
                new DeviceCertificate(
                    new CertificateSerial("1f"), verify(certificateRequest), Instant.now()),
                "",
                "");
          }
        };
    new EnrollDevice(store, issuer, clock, Ids.random())
        .enroll(
            new EnrollDevice.Request(token, new byte[1], new HardwareId(name), Optional.empty()));
  }

  private Map<String, Object> create(Caller caller, String body) {
    HttpResponse response =
        new CreateEnrollToken(tokens, clock).handle(request(caller, Map.of(), "", body));
    assertEquals(201, response.status());
    return object(response);
  }

  private static Caller caller() {
    return new Caller(
        new TenantId(UUID.randomUUID()),
        new UserId(UUID.randomUUID()),
        "operator@example.com",
        Caller.Credential.SESSION,
        Set.of(),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  private static HttpResponse call(
      Operation operation, Caller caller, Map<String, String> path, String query) {
    return operation.handle(request(caller, path, query, ""));
  }

  private static Request request(
      Caller caller, Map<String, String> path, String query, String body) {
    Map<String, List<String>> parameters = new java.util.HashMap<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      parameters.put(parts[0], List.of(parts[1]));
    }
    return new Request(
        "GET",
        "/",
        path,
        parameters,
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8),
        Optional.of(caller),
        "http://localhost",
        "r-1");
  }

  private static void refused(Problem problem, org.junit.jupiter.api.function.Executable call) {
    assertEquals(problem, assertThrows(ProblemException.class, call).problem());
  }

  @SuppressWarnings("unchecked") // the bodies are objects with items that are objects
  private static List<Map<String, Object>> items(HttpResponse response) {
    return (List<Map<String, Object>>) Objects.requireNonNull(object(response).get("items"));
  }

  private static Map<String, Object> object(HttpResponse response) {
    return Jsonb.builder().build().type(Object.class).map().fromJson(body(response));
  }

  private static String text(Map<String, Object> object, String name) {
    return String.valueOf(object.get(name));
  }

  private static long number(Map<String, Object> object, String name) {
    return ((Number) Objects.requireNonNull(object.get(name))).longValue();
  }

  private static String body(HttpResponse response) {
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes -> new String(bytes.content(), StandardCharsets.UTF_8);
      case HttpResponse.Body.Stream _ -> throw new AssertionError("a stream");
    };
  }
}
