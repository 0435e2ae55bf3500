package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.registry.FakeRegistry;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Another tenant's id is the id of nothing, at every place where a caller can name something: the
/// same answer, byte by byte, and nothing changes.
final class CrossTenantTest {
  /// Places that name nothing of a tenant: programs, pieces of hardware, vulnerabilities by the ids
  /// that the world or a tenant gives them, paths within a firmware, and switches.
  private static final Set<String> NOT_OF_A_TENANT =
      Set.of(
          "authorize client_id",
          "issueTenantToken client_id",
          "createEnrollToken hardware_id",
          "downloadFirmwareFile path",
          "downloadSbom vex",
          "getFirmwareChange change",
          "listArtifacts kind",
          "listChanges since",
          "createUserVulnerability ids",
          "replaceUserVulnerability ids",
          "replaceUserVulnerability If-Match",
          "deleteUserVulnerability If-Match",
          "listRegistryTags repository",
          "getRegistryImage repository",
          "getRegistryImage tag",
          "updateArtifact If-Match",
          "putArtifactSbom If-Match",
          "getTrustRoot version");

  /// A document whose one statement is of nothing.
  private static final String VEX =
      """
      {"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:probe","author":"a","version":1,
      "timestamp":"2026-01-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2000-0001"},
      "products":[{"@id":"pkg:generic/none"}],"status":"fixed"}]}
      """;

  /// A record of a product that nobody has.
  private static final String RECORD =
      """
      {"ids":["ACME-%s"],"published":"2026-01-01","modified":"2026-01-01",
      "configurations":[{"vendor":"acme","product":"nothing","before":"1"}]}
      """;

  /// Places where even the owner gets the same answer for every id: pages that know nothing but
  /// their own address, and reports, which are not served yet.
  private static final Set<String> SAME_FOR_ALL =
      Set.of(
          "openFirmwarePage firmwareId",
          "openIssuesPage firmwareId",
          "openCvesPage firmwareId",
          "openComparePage baseFirmwareId",
          "openComparePage otherFirmwareId",
          "CreateReportConfigurationInput.complianceGuidelineIds",
          "GenerateReportInput.reportConfigurationId",
          "GenerateReportInput.firmwareIds",
          "CreateReportLinkInput.reportId");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String UNKNOWN_DEVICE = "gateway-9";

  /// What both connect: each has a connection of its own.
  private static final FakeRegistry REGISTRY = FakeRegistry.start();

  private static TestTenant owner;
  private static TestTenant stranger;
  private static Things owned;
  private static Things strangers;

  /// A tenant's things, by what they are.
  private record Things(
      String firmware,
      String product,
      String component,
      String upload,
      String device,
      String enrollToken,
      String apiToken,
      String group,
      String configuration,
      String deviceGroup,
      String rollout,
      String installed,
      String installedVersion,
      String logRequest,
      String artifact,
      String artifactName,
      String artifactFleet,
      String offlineKey,
      String registry,
      String record,
      String vulnerability) {
    /// All that nobody else may ever see.
    Set<String> secrets() {
      return Set.of(
          firmware,
          product,
          upload,
          device,
          enrollToken,
          apiToken,
          group,
          configuration,
          deviceGroup,
          rollout,
          installed,
          installedVersion,
          logRequest,
          artifact,
          artifactName,
          artifactFleet,
          offlineKey,
          registry,
          record);
    }
  }

  /// How to name something at a place.
  ///
  /// @param id what the owner names there
  /// @param call names it as somebody
  private record Probe(String id, Function<Naming, Call> call) {}

  /// Who names what.
  private record Naming(TestTenant caller, Things own, String id) {}

  @BeforeAll
  static void fill() throws IOException {
    REGISTRY.image("team/app", "1", "linux", "arm64");
    owner = TestTenant.create("owner");
    stranger = TestTenant.create("stranger");
    owned = things(owner, "gateway-1", Firmware.sbom("openssl", "openssl", "1.1.1k"));
    strangers = things(stranger, "sensor-01", Firmware.sbom("zlib", "zlib", "1.2.11"));
  }

  private static Things things(TestTenant tenant, String device, byte[] sbom) throws IOException {
    String firmware =
        Firmware.upload(tenant, Map.of("firmware", Firmware.rootFileSystem(device), "sbom", sbom));
    Answer analysed = Firmware.analysed(tenant, firmware);
    assertEquals(
        "COMPLETE", analysed.at("data.firmware.latestAnalysis.result"), analysed::toString);
    Answer matches =
        Call.graphql(
                """
                query ($id: ID!) {
                  firmware(id: $id) { cveMatchesPage { nodes { component { id } cve { id } } } }
                }
                """,
                Map.of("id", firmware))
            .bearer(tenant.bearer())
            .send();
    Map<?, ?> match = (Map<?, ?>) matches.list("data.firmware.cveMatchesPage.nodes").getFirst();
    Map<?, ?> component = (Map<?, ?>) match.get("component");
    Map<?, ?> cve = (Map<?, ?>) match.get("cve");
    String offlineKey = TestCeremony.begin(tenant);
    publishImage(tenant, firmware, device);
    TestDevice.Token token = TestDevice.token(tenant, 2);
    TestDevice hardware = new TestDevice();
    hardware.heartbeat(hardware.enroll(token.text(), device), "os-of-" + device, "9-" + device);
    return new Things(
        firmware,
        analysed.at("data.firmware.product.id"),
        String.valueOf(component == null ? "" : component.get("id")),
        Firmware.prepare(tenant).id(),
        device,
        token.id(),
        tenant.apiToken().id(),
        tenant.productGroup().toString(),
        tenant.configuration().toString(),
        deviceGroup(tenant, device),
        rollout(tenant, device),
        "os-of-" + device,
        "9-" + device,
        logRequest(tenant, device),
        artifact(tenant, device),
        "net-of-" + device,
        "fleet-of-" + device,
        offlineKey,
        registry(tenant),
        record(tenant, device),
        String.valueOf(cve == null ? "" : cve.get("id")));
  }

  /// What the device says that it has is the image that was analysed.
  private static void publishImage(TestTenant tenant, String firmware, String device) {
    Answer answer =
        Call.json(
                "POST",
                "/api/v1/artifacts",
                """
                {"name":"os-of-%1$s","version":"9-%1$s","kind":"firmware","firmware_id":"%2$s"}
                """
                    .formatted(device, firmware))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
  }

  private static String logRequest(TestTenant tenant, String device) {
    Answer answer =
        Call.json("POST", "/api/v1/devices/" + device + "/logs", "{}")
            .bearer(tenant.bearer())
            .send();
    assertEquals(202, answer.status(), answer::toString);
    return answer.at("id");
  }

  private static String registry(TestTenant tenant) {
    Answer answer =
        Call.json("POST", "/api/v1/registries", "{\"host\":\"%s\"}".formatted(REGISTRY.host()))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
    return answer.at("id");
  }

  /// Until it is in the tenant's index, something of the tenant changes by itself.
  private static String record(TestTenant tenant, String device) {
    Answer answer =
        Call.json("POST", "/api/user-vulnerabilities", RECORD.formatted(device))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
    Instant giveUp = Instant.now().plus(PATIENCE);
    while (Running.platform()
        .ports()
        .userVulnerabilities()
        .state(tenant.id())
        .planned()
        .isEmpty()) {
      assertTrue(Instant.now().isBefore(giveUp), "nobody makes the index of what was recorded");
      Firmware.pause();
    }
    return answer.at("id");
  }

  private static String artifact(TestTenant tenant, String device) {
    Answer answer =
        Call.json(
                "POST",
                "/api/v1/artifacts",
                """
                {"name":"net-of-%1$s","version":"1","kind":"model","fleets":["fleet-of-%1$s"],
                 "file":{"name":"net.onnx","length":3,"sha256":"%2$s"},
                 "model":{"framework":"onnx"}}
                """
                    .formatted(device, "0".repeat(64)))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
    return answer.at("id");
  }

  private static String deviceGroup(TestTenant tenant, String device) {
    Answer answer =
        Call.json(
                "POST",
                "/api/v1/groups",
                "{\"name\":\"all-of-%1$s\",\"devices\":[\"%1$s\"]}".formatted(device))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
    return answer.at("name");
  }

  private static String rollout(TestTenant tenant, String device) {
    ArtifactRef artifact = new ArtifactRef("os-of-" + device, "10");
    Running.platform()
        .ports()
        .rollouts()
        .putArtifact(tenant.id(), new ArtifactFacts(artifact, Optional.empty(), false, Map.of()));
    Answer answer =
        Call.json(
                "POST",
                "/api/v1/rollouts",
                """
                {"artifact":{"id":"os-of-%1$s","version":"10"},"group":"all-of-%1$s",
                 "probe":{"type":"file","path":"/run/ok"},"draft":true}
                """
                    .formatted(device))
            .bearer(tenant.bearer())
            .send();
    assertEquals(201, answer.status(), answer::toString);
    return answer.at("id");
  }

  @Test
  void everyRouteAnswersForAForeignIdAsForNone() {
    assertEquals(
        IdPlaces.rest(),
        union(rest().keySet(), NOT_OF_A_TENANT),
        "every place of the contract has its probe");
    walk(rest());
  }

  @Test
  void everyGraphqlArgumentAnswersForAForeignIdAsForNone() {
    assertEquals(
        IdPlaces.graphql(stranger),
        new TreeSet<>(graphql().keySet()),
        "every argument of type ID has its probe");
    walk(graphql());
  }

  @Test
  void noListShowsWhatIsAnothers() {
    int lists = 0;
    for (Route route : Contract.routes()) {
      if (route.method().equals("GET")
          && !route.pathTemplate().contains("{")
          && route.auth() != Route.Auth.NONE) {
        lists++;
        shows(Call.get(route.pathTemplate() + "?limit=200"), route.operationId());
      }
    }
    assertTrue(lists >= 4, "lists: " + lists);
    for (String query :
        List.of(
            "{ allFirmwares { id product { id } productGroup { id } } }",
            "{ firmwares(first: 200) { nodes { id product { id firmwareTimeline { firmware { id } }"
                + " } } } }",
            "{ allProductGroups { id } allAnalysisConfigurations { id } allApiTokens { id } }",
            "{ tenant { id name } user { id email } allReports { id } }")) {
      shows(Call.graphql(query, Map.of()), query);
    }
  }

  private static void shows(Call call, String what) {
    Answer answer = call.bearer(stranger.bearer()).send();
    assertEquals(200, answer.status(), what + ": " + answer);
    assertFalse(answer.text().contains("\"errors\""), what + ": " + answer);
    for (String secret : owned.secrets()) {
      assertFalse(answer.text().contains(secret), what + " shows " + secret);
    }
    assertFalse(answer.text().contains(owner.id().toString()), what);
  }

  @Test
  void aForeignCursorOpensNothing() {
    TestDevice.token(owner, 1);
    TestDevice.token(owner, 1);
    Answer page = Call.get("/api/v1/enroll-tokens?limit=1").bearer(owner.bearer()).send();
    assertFalse(page.at("next").isEmpty(), page::toString);
    owner.apiToken();
    owner.apiToken();
    Answer tokens = Call.get("/api/api-tokens?limit=1").bearer(owner.bearer()).send();
    assertFalse(tokens.at("next").isEmpty(), tokens::toString);
    for (Call call :
        List.of(
            Call.get("/api/v1/enroll-tokens?cursor=" + page.at("next")),
            Call.get("/api/v1/devices?cursor=" + page.at("next")),
            Call.get("/api/api-tokens?cursor=" + tokens.at("next")))) {
      Answer answer = call.bearer(stranger.bearer()).send();
      assertTrue(answer.status() == 200 || answer.status() == 400, answer::toString);
      owned
          .secrets()
          .forEach(secret -> assertFalse(answer.text().contains(secret), answer::toString));
    }
  }

  private static void walk(Map<String, Probe> probes) {
    SortedMap<String, String> before = Stored.about(owner.id().toString());
    assertTrue(before.size() > 10, "the owner has something to lose");
    List<String> failures = new ArrayList<>();
    probes.forEach(
        (place, probe) -> {
          Function<String, Call> call =
              id -> probe.call().apply(new Naming(stranger, strangers, id));
          Map<String, Function<Call, Call>> credentials = credentials(place);
          credentials.forEach(
              (credential, sign) -> {
                String nothing = nothingLike(probe.id());
                String foreign = seen(sign.apply(call.apply(probe.id())), probe.id());
                String none = seen(sign.apply(call.apply(nothing)), nothing);
                if (!foreign.equals(none)) {
                  failures.add(place + " by " + credential + ":\n" + foreign + "\n" + none);
                }
              });
        });
    assertEquals("", String.join("\n\n", failures));
    assertEquals(
        "",
        Stored.difference(before, Stored.about(owner.id().toString())),
        "nothing of the owner changes");
    probes.forEach(CrossTenantTest::theOwnerSeesADifference);
  }

  /// A probe that gets the same for every id would find nothing.
  private static void theOwnerSeesADifference(String place, Probe probe) {
    String nothing = nothingLike(probe.id());
    Function<String, Call> call =
        id -> probe.call().apply(new Naming(owner, owned, id)).bearer(owner.bearer());
    String none = seen(call.apply(nothing), nothing);
    String own = seen(call.apply(probe.id()), probe.id());
    if (SAME_FOR_ALL.contains(place)) {
      assertEquals(none, own, place);
    } else {
      assertNotEquals(none, own, place);
    }
  }

  private static Map<String, Function<Call, Call>> credentials(String place) {
    Map<String, Function<Call, Call>> credentials = new LinkedHashMap<>();
    String apiToken = stranger.apiToken().text();
    credentials.put("tenant token", call -> call.bearer(stranger.bearer()));
    credentials.put("API token", call -> call.bearer(apiToken));
    if (Contract.find(place.split(" ", 2)[0])
        .filter(route -> route.auth() == Route.Auth.SESSION_OR_KEY)
        .isPresent()) {
      String session = stranger.session();
      credentials.put("session", call -> call.cookie(session));
    }
    return credentials;
  }

  /// An id of the same form that nobody has.
  private static String nothingLike(String id) {
    return id.contains("-") && id.length() == 36
        ? UUID.randomUUID().toString()
        : id.equals(owned.device()) ? UNKNOWN_DEVICE : "f".repeat(id.length());
  }

  /// All that the caller can see of the answer, with the id it sent written as ID.
  private static String seen(Call call, String id) {
    Answer answer = call.send();
    assertTrue(answer.status() < 500, () -> call + ": " + answer);
    String headers =
        new TreeMap<>(answer.headers())
            .entrySet().stream()
                .filter(header -> !Set.of("date", "x-request-id").contains(header.getKey()))
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    String body =
        answer
            .text()
            .replaceAll("\"(request_id|requestId)\":\"[^\"]*\"", "\"$1\":\"R\"")
            .replace(id, "ID");
    return answer.status() + "\n" + headers + "\n" + body;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> all = new TreeSet<>(one);
    all.addAll(other);
    return all;
  }

  private static Map<String, Probe> rest() {
    Map<String, Probe> probes = new LinkedHashMap<>();
    Things of = owned;
    probes.put("uploadFirmware id", new Probe(of.upload(), CrossTenantTest::upload));
    probes.put("downloadSbom id", get(of.firmware(), "/api/firmwares/%s/sbom"));
    probes.put("getSbomQuality id", get(of.firmware(), "/api/firmwares/%s/sbom-quality"));
    probes.put(
        "importVex id",
        new Probe(
            of.firmware(),
            naming ->
                Call.json("POST", "/api/firmwares/%s/vex-documents".formatted(naming.id()), VEX)));
    probes.put("listVexDocuments id", get(of.firmware(), "/api/firmwares/%s/vex-documents"));
    probes.put("downloadVex id", get(of.firmware(), "/api/firmwares/%s/vex"));
    probes.put("listFirmwareChanges id", get(of.firmware(), "/api/firmwares/%s/changes"));
    probes.put(
        "getFirmwareChange id",
        get(of.firmware(), "/api/firmwares/%s/changes/20260101T000000000Z-00000000"));
    probes.put(
        "downloadFirmwareFile id",
        get(of.firmware(), "/api/firmwares/%s/download-file/etc/passwd"));
    probes.put("openFirmwarePage firmwareId", get(of.firmware(), "/firmwares?firmwareId=%s"));
    probes.put("openIssuesPage firmwareId", get(of.firmware(), "/firmwares/issues?firmwareId=%s"));
    probes.put("openCvesPage firmwareId", get(of.firmware(), "/firmwares/cves?firmwareId=%s"));
    probes.put(
        "openComparePage baseFirmwareId",
        get(of.firmware(), "/firmwares/compare-firmwares?baseFirmwareId=%s"));
    probes.put(
        "openComparePage otherFirmwareId",
        get(of.firmware(), "/firmwares/compare-firmwares?otherFirmwareId=%s"));
    probes.put("deleteApiToken id", delete(of.apiToken(), "/api/api-tokens/%s"));
    probes.put("listDeviceHistory name", get(of.device(), "/api/v1/devices/%s/history"));
    devices(probes);
    probes.put("deleteDevice name", delete(of.device(), "/api/v1/devices/%s"));
    probes.put("deleteEnrollToken id", delete(of.enrollToken(), "/api/v1/enroll-tokens/%s"));
    rolloutsAndGroups(probes);
    artifacts(probes);
    registries(probes);
    String record = "/api/user-vulnerabilities/%s";
    probes.put("getUserVulnerability id", get(of.record(), record));
    probes.put(
        "replaceUserVulnerability id",
        new Probe(
            of.record(),
            naming -> Call.json("PUT", record.formatted(naming.id()), RECORD.formatted("other"))));
    probes.put("deleteUserVulnerability id", delete(of.record(), record));
    probes.put("fleetLogin tenant_id", new Probe(owner.id().toString(), CrossTenantTest::login));
    probes.put(
        "issueTenantToken tenant_id", new Probe(owner.id().toString(), CrossTenantTest::token));
    return probes;
  }

  private static void devices(Map<String, Probe> probes) {
    String device = owned.device();
    probes.put("getDevice name", get(device, "/api/v1/devices/%s"));
    probes.put("listDevices artifact", get(owned.installed(), "/api/v1/devices?artifact=%s"));
    probes.put(
        "listDevices version",
        new Probe(
            owned.installedVersion(),
            naming ->
                Call.get(
                    "/api/v1/devices?artifact="
                        + naming.own().installed()
                        + "&version="
                        + naming.id())));
    probes.put(
        "listDevices vulnerability",
        get(owned.vulnerability(), "/api/v1/devices?vulnerability=%s"));
    probes.put("requestDeviceLogs name", json("POST", device, "/api/v1/devices/%s/logs"));
    probes.put("listDeviceLogs name", get(device, "/api/v1/devices/%s/logs"));
    probes.put("getDeviceLogs name", get(device, "/api/v1/devices/%s/logs/" + owned.logRequest()));
    probes.put(
        "downloadDeviceLogs name",
        get(device, "/api/v1/devices/%s/logs/" + owned.logRequest() + "/content"));
    probes.put("getDeviceLogs id", new Probe(owned.logRequest(), naming -> logs(naming, "")));
    probes.put(
        "downloadDeviceLogs id", new Probe(owned.logRequest(), naming -> logs(naming, "/content")));
  }

  private static Call logs(Naming naming, String rest) {
    return Call.get("/api/v1/devices/" + naming.own().device() + "/logs/" + naming.id() + rest);
  }

  private static void rolloutsAndGroups(Map<String, Probe> probes) {
    String group = owned.deviceGroup();
    String rollout = owned.rollout();
    probes.put("getGroup name", get(group, "/api/v1/groups/%s"));
    probes.put("updateGroup name", json("PATCH", group, "/api/v1/groups/%s"));
    probes.put("deleteGroup name", delete(group, "/api/v1/groups/%s"));
    probes.put("getRollout id", get(rollout, "/api/v1/rollouts/%s"));
    probes.put("updateRollout id", json("PATCH", rollout, "/api/v1/rollouts/%s"));
    probes.put("approveRollout id", json("POST", rollout, "/api/v1/rollouts/%s/approve"));
    probes.put("resumeRollout id", json("POST", rollout, "/api/v1/rollouts/%s/resume"));
    probes.put("abortRollout id", json("POST", rollout, "/api/v1/rollouts/%s/abort"));
    probes.put("listRolloutTimeline id", get(rollout, "/api/v1/rollouts/%s/timeline"));
    probes.put("listRolloutAssignments id", get(rollout, "/api/v1/rollouts/%s/assignments"));
    probes.put("deleteRollout id", delete(rollout, "/api/v1/rollouts/%s"));
  }

  private static void registries(Map<String, Probe> probes) {
    String id = owned.registry();
    String item = "/api/v1/registries/%s";
    probes.put("getRegistry id", get(id, item));
    probes.put("updateRegistry id", json("PATCH", id, item));
    probes.put("checkRegistry id", json("POST", id, item + "/check"));
    probes.put("listRegistryRepositories id", get(id, item + "/repositories"));
    probes.put("listRegistryTags id", get(id, item + "/tags?repository=team/app"));
    probes.put("getRegistryImage id", get(id, item + "/image?repository=team/app&tag=1"));
    probes.put(
        "importRegistryImages id",
        new Probe(
            id,
            naming ->
                Call.json(
                    "POST",
                    (item + "/import").formatted(naming.id()),
                    "{\"repository\":\"team/app\",\"tags\":[\"1\"]}")));
    probes.put("deleteRegistry id", delete(id, item));
  }

  private static void artifacts(Map<String, Probe> probes) {
    String artifact = owned.artifact();
    String item = "/api/v1/artifacts/%s";
    String named = "{\"name\":\"%s\",\"version\":\"1\",\"kind\":\"firmware\",";
    probes.put(
        "createArtifact firmware_id",
        new Probe(
            owned.firmware(),
            naming ->
                Call.json(
                    "POST",
                    "/api/v1/artifacts",
                    named.formatted("analysed") + "\"firmware_id\":\"" + naming.id() + "\"}")));
    probes.put(
        "createArtifact product_group_id",
        new Probe(
            owned.group(),
            naming ->
                Call.json(
                    "POST",
                    "/api/v1/artifacts",
                    named.formatted("uploaded")
                        + "\"file\":{\"name\":\"f\",\"length\":3,\"sha256\":\""
                        + "0".repeat(64)
                        + "\"},\"product_group_id\":\""
                        + naming.id()
                        + "\"}")));
    probes.put("listArtifacts name", get(owned.artifactName(), "/api/v1/artifacts?name=%s"));
    probes.put("listArtifacts fleet", get(owned.artifactFleet(), "/api/v1/artifacts?fleet=%s"));
    probes.put("getArtifact id", get(artifact, item));
    probes.put("updateArtifact id", json("PATCH", artifact, item));
    probes.put("sendArtifact id", json("POST", artifact, item + "/upload"));
    probes.put("completeArtifact id", json("POST", artifact, item + "/complete"));
    probes.put("putArtifactSbom id", json("PUT", artifact, item + "/sbom"));
    probes.put("getArtifactSbom id", get(artifact, item + "/sbom"));
    probes.put("withdrawArtifact id", json("POST", artifact, item + "/withdraw"));
  }

  private static Probe json(String method, String id, String path) {
    return new Probe(id, naming -> Call.json(method, path.formatted(naming.id()), "{}"));
  }

  private static Probe get(String id, String path) {
    return new Probe(id, naming -> Call.get(path.formatted(naming.id())).with("accept", "*/*"));
  }

  private static Probe delete(String id, String path) {
    return new Probe(id, naming -> Call.of("DELETE", path.formatted(naming.id())));
  }

  private static Call upload(Naming naming) {
    return Call.upload(
        "/api/upload-firmware/" + naming.id(),
        Map.of("firmware", "image".getBytes(StandardCharsets.UTF_8)));
  }

  private static Call login(Naming naming) {
    return Call.json(
        "POST",
        "/api/v1/auth/login",
        "{\"email\":\"%s\",\"password\":\"%s\",\"tenant_id\":\"%s\"}"
            .formatted(naming.caller().email(), naming.caller().password(), naming.id()));
  }

  private static Call token(Naming naming) {
    String idToken =
        TestTenant.tokens(java.time.Clock.systemUTC())
            .idToken(naming.caller().subject(), List.of());
    return Call.json(
        "POST",
        "/api/token",
        "{\"id_token\":\"%s\",\"client_id\":\"web\",\"nonce\":\"n\",\"tenant_id\":\"%s\"}"
            .formatted(idToken, naming.id()));
  }

  private static Map<String, Probe> graphql() {
    Map<String, Probe> probes = new LinkedHashMap<>();
    Things of = owned;
    probes.put(
        "Query.firmware(id)",
        query(
            of.firmware(), "query ($id: ID!) { firmware(id: $id) { name latestIssues { id } } }"));
    probes.put(
        "Query.compareFirmwareAnalyses(base)",
        query(
            of.firmware(),
            "query ($id: ID!, $own: ID!) { compareFirmwareAnalyses(base: $id, other: $own)"
                + " { issues { new { id } } } }"));
    probes.put(
        "Query.compareFirmwareAnalyses(other)",
        query(
            of.firmware(),
            "query ($id: ID!, $own: ID!) { compareFirmwareAnalyses(base: $own, other: $id)"
                + " { issues { new { id } } } }"));
    probes.put("FirmwareFilter.productId", query(of.product(), firmwares("productId")));
    probes.put("FirmwareFilter.productGroupId", query(of.group(), firmwares("productGroupId")));
    probes.put(
        "CVEMatchFilter.componentId",
        query(
            of.component(),
            "query ($id: ID!, $own: ID!) { firmware(id: $own) {"
                + " cveMatchesPage(filter: {componentId: $id}) { totalCount nodes { id } } } }"));
    probes.put(
        "Mutation.deleteApiToken(id)",
        query(
            owner.apiToken().id(),
            "mutation ($id: ID!) { deleteApiToken(id: $id) { ... on DeletedApiToken { id }"
                + " ... on MutationError { errors { message code fieldPath } } } }"));
    probes.put(
        "ProductGroupRefInput.id",
        query(
            of.group(),
            """
            mutation ($id: ID!) { createFirmwareUpload(input: { firmware: {name: "f"}
              product: {name: "p", vendor: "v"} productGroup: {id: $id} }) {
              __typename ... on MutationError { errors { message code fieldPath } } } }
            """));
    probes.put(
        "FirmwareUploadMetadataInput.analysisConfigurationId",
        query(
            of.configuration(),
            """
            mutation ($id: ID!, $group: ID!) { createFirmwareUpload(input: {
              firmware: {name: "f", analysisConfigurationId: $id}
              product: {name: "p", vendor: "v"} productGroup: {id: $group} }) {
              __typename ... on MutationError { errors { message code fieldPath } } } }
            """));
    probes.put(
        "CreateMultipartUploadInput.uploadId",
        query(
            Firmware.prepare(owner).id(),
            """
            mutation ($id: ID!) { createMultipartUpload(input: {uploadId: $id, size: 10}) {
              __typename ... on MutationError { errors { message code fieldPath } } } }
            """));
    reports(probes);
    return probes;
  }

  private static void reports(Map<String, Probe> probes) {
    String errors = " { ... on MutationError { errors { message code fieldPath } } } }";
    probes.put(
        "CreateReportConfigurationInput.complianceGuidelineIds",
        query(
            owned.firmware(),
            "mutation ($id: ID!) { createReportConfiguration(input: {name: \"n\","
                + " issueSeverities: [], complianceGuidelineIds: [$id]})"
                + errors));
    probes.put(
        "GenerateReportInput.reportConfigurationId",
        query(
            owned.firmware(),
            "mutation ($id: ID!) { generateReport(input: {reportConfigurationId: $id,"
                + " firmwareIds: []})"
                + errors));
    probes.put(
        "GenerateReportInput.firmwareIds",
        query(
            owned.firmware(),
            "mutation ($id: ID!) { generateReport(input: {reportConfigurationId: \"x\","
                + " firmwareIds: [$id]})"
                + errors));
    probes.put(
        "CreateReportLinkInput.reportId",
        query(
            owned.firmware(),
            "mutation ($id: ID!) { createReportLink(input: {reportId: $id, validity: 1})"
                + errors));
  }

  private static String firmwares(String filter) {
    return "query ($id: ID!) { firmwares(filter: {" + filter + ": $id}) { nodes { id } } }";
  }

  /// A query with `$id`, and with what it may name of the caller's own: `$own`, a firmware, and
  /// `$group`.
  private static Probe query(String id, String query) {
    return new Probe(
        id,
        naming -> {
          Map<String, Object> variables = new LinkedHashMap<>();
          variables.put("id", naming.id());
          if (query.contains("$own")) {
            variables.put("own", naming.own().firmware());
          }
          if (query.contains("$group")) {
            variables.put("group", naming.own().group());
          }
          return Call.graphql(query, variables);
        });
  }
}
