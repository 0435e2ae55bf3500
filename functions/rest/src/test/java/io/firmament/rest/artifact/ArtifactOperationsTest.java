package io.firmament.rest.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.finding.Severity;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.engines.GrantGuard;
import io.firmament.platform.artifact.ArtifactKeys;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ReceiveUpload;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.trust.RepositoryProblem;
import io.firmament.rest.Operations;
import io.firmament.schema.Contract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The operations of artifacts over DynamoDB, S3 and a repository that a ceremony has begun.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtifactOperationsTest {
  private static final byte[] MODEL = "a trained network".getBytes(StandardCharsets.UTF_8);
  private static final String CONFIG =
      "{'name':'app-conf','version':'1','kind':'config','fleets':['plant'],"
          + "'file':{'name':'app.conf','content':'level = 3\\n'},"
          + "'config':{'destination':'/etc/app/app.conf','mode':'0640',"
          + "'reload':{'type':'systemd','unit':'app.service'}}}";
  private static final String SBOM =
      "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"type\":\"library\","
          + "\"name\":\"zlib\",\"version\":\"1.2.11\"}]}";

  private final ArtifactPlatform under = new ArtifactPlatform();
  private final Operations operations = new Operations(under.platform);

  @AfterAll
  void end() {
    under.close();
  }

  @Test
  void publishesAConfigThatComesWithTheRequestAtOnce() throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), CONFIG));
    assertEquals("published", created.get("state"));
    assertEquals(Map.of("plant", "fleets/plant/app-conf/1/app.conf"), created.get("target_paths"));
    assertEquals(
        "{destination=/etc/app/app.conf, mode=0640, reload={type=systemd, unit=app.service}}",
        String.valueOf(created.get("config")));
    assertArrayEquals(
        "level = 3\n".getBytes(StandardCharsets.UTF_8),
        published(caller, "fleets/plant/app-conf/1/app.conf", created));
    assertTrue(facts(caller, "app-conf", "1").isPresent());
    assertEquals(created, object(200, call("getArtifact", caller, path(created), "")));
    assertEquals(
        String.valueOf(created.get("revision")),
        call("getArtifact", caller, path(created), "")
            .headers()
            .getOrDefault("etag", "")
            .replace("\"", ""));
    refused(
        ArtifactProblem.ARTIFACT_EXISTS, () -> call("createArtifact", caller, Map.of(), CONFIG));
  }

  @Test
  void aContainerIsPinnedByItsDigestAndNothingOfItIsStored() throws Exception {
    Caller caller = under.begun();
    String reference = "ghcr.io/acme/app@sha256:" + "0f".repeat(32);
    String body = "{'name':'app','version':'1','kind':'container','container':{'reference':'%s'}}";
    Map<String, Object> created =
        object(201, call("createArtifact", caller, Map.of(), body.formatted(reference)));
    assertEquals("published", created.get("state"));
    assertEquals(
        "{\"reference\":\"" + reference + "\"}\n",
        new String(
            published(caller, "fleets/default/app/1/container.json", created),
            StandardCharsets.UTF_8));
    for (String wrong :
        List.of(
            "ghcr.io/acme/app:latest",
            "ghcr.io/acme/app",
            "acme@sha256:" + "0f".repeat(32),
            "ghcr.io/acme/app@sha256:0F",
            "ghcr.io/acme/../app@sha256:" + "0f".repeat(32),
            "https://ghcr.io/acme/app@sha256:" + "0f".repeat(32))) {
      assertEquals(
          "container.reference",
          bad(() -> call("createArtifact", caller, Map.of(), body.formatted(wrong))),
          wrong);
    }
  }

  @Test
  void aFileIsSentWithOneRequestThatTakesNoOtherBytesAndPublishedWhenItIsComplete()
      throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created =
        object(201, call("createArtifact", caller, Map.of(), model("1", MODEL, "")));
    assertEquals("draft", created.get("state"));
    assertEquals(Optional.empty(), facts(caller, "net", "1"));
    refused(
        ArtifactProblem.ARTIFACT_NOT_UPLOADED,
        () -> call("completeArtifact", caller, path(created), ""));
    Map<String, Object> request = map(map(created, "upload"), "request");
    byte[] other = MODEL.clone();
    other[0] ^= 1;
    assertTrue(send(request, other) >= 400, "other bytes than announced");
    assertEquals(200, send(request, MODEL));
    Map<String, Object> complete = object(200, call("completeArtifact", caller, path(created), ""));
    assertEquals("published", complete.get("state"));
    assertEquals("0.931", String.valueOf(map(map(complete, "model"), "metrics").get("top1")));
    assertArrayEquals(MODEL, published(caller, "fleets/default/net/1/net.onnx", complete));
    assertEquals(complete, object(200, call("completeArtifact", caller, path(created), "")));
    refused(
        ArtifactProblem.ARTIFACT_NOT_IN_STATE,
        () -> call("sendArtifact", caller, path(created), "{}"));
  }

  @Test
  void aLargeFileIsSentInParts() throws Exception {
    Caller caller = under.begun();
    byte[] large = new byte[(5 << 20) + 17];
    new java.util.Random(7).nextBytes(large);
    Map<String, Object> created =
        object(
            201,
            call("createArtifact", caller, Map.of(), model("2", large, ",'part_size':5242880")));
    sendParts(map(created, "upload"), large);
    Map<String, Object> complete = object(200, call("completeArtifact", caller, path(created), ""));
    assertArrayEquals(large, published(caller, "fleets/default/net/2/net.onnx", complete));
  }

  @Test
  void whatIsSentInPartsAndIsNotWhatWasAnnouncedCanBeSentAgain() throws Exception {
    Caller caller = under.begun();
    byte[] large = new byte[(5 << 20) + 17];
    Map<String, Object> created =
        object(
            201,
            call("createArtifact", caller, Map.of(), model("3", large, ",'part_size':5242880")));
    byte[] other = large.clone();
    other[9] = 1;
    sendParts(map(created, "upload"), other);
    refused(
        ArtifactProblem.ARTIFACT_CONTENT_DIFFERS,
        () -> call("completeArtifact", caller, path(created), ""));
    Map<String, Object> again =
        object(200, call("sendArtifact", caller, path(created), "{'part_size':5242880}"));
    sendParts(again, large);
    assertEquals(
        "published", object(200, call("completeArtifact", caller, path(created), "")).get("state"));
  }

  @Test
  void withoutARepositoryNothingIsPublishedAndADraftWaits() throws Exception {
    Caller caller = under.administrator();
    refused(
        RepositoryProblem.REPOSITORY_NOT_BEGUN,
        () -> call("createArtifact", caller, Map.of(), CONFIG));
    assertEquals(List.of(), items(call("listArtifacts", caller, Map.of(), "")));
    Map<String, Object> created =
        object(201, call("createArtifact", caller, Map.of(), model("1", MODEL, "")));
    send(map(map(created, "upload"), "request"), MODEL);
    refused(
        RepositoryProblem.REPOSITORY_NOT_BEGUN,
        () -> call("completeArtifact", caller, path(created), ""));
    assertEquals("draft", object(200, call("getArtifact", caller, path(created), "")).get("state"));
  }

  @Test
  void namesTheBadField() throws Exception {
    Caller caller = under.begun();
    ProblemException pattern =
        assertThrows(
            ProblemException.class,
            () ->
                call(
                    "createArtifact", caller, Map.of(), CONFIG.replace("'app-conf'", "'../conf'")));
    assertEquals("name and version must match the required pattern", pattern.getMessage());
    assertEquals("name", pattern.facts().get("field"));
    for (String version : List.of("", "a/b", "..", "-1", "1 2", "é", "1".repeat(101))) {
      refused(
          ArtifactProblem.ARTIFACT_PATTERN,
          () ->
              call(
                  "createArtifact",
                  caller,
                  Map.of(),
                  CONFIG.replace("'version':'1'", "'version':'" + version + "'")));
    }
    Map<String, String> wrong = new HashMap<>();
    wrong.put("{}", "name");
    wrong.put("[]", "body");
    wrong.put(CONFIG.replace("'kind':'config'", "'kind':'virus'"), "kind");
    wrong.put(CONFIG.replace("['plant']", "[]"), "fleets");
    wrong.put(CONFIG.replace("['plant']", "['a/b']"), "fleet");
    wrong.put(CONFIG.replace("'app.conf'", "'../app.conf'"), "file.name");
    wrong.put(CONFIG.replace("'content':'level = 3\\n'", "'content':''"), "file.content");
    wrong.put(CONFIG.replace("'content':'", "'content_base64':'*"), "file.content_base64");
    wrong.put(CONFIG.replace("/etc/app/app.conf", "/etc/../shadow"), "config.destination");
    wrong.put(CONFIG.replace("/etc/app/app.conf", "/etc//shadow"), "config.destination");
    wrong.put(CONFIG.replace("/etc/app/app.conf", "etc/app"), "config.destination");
    wrong.put(CONFIG.replace("/etc/app/app.conf", "/etc/app/"), "config.destination");
    wrong.put(CONFIG.replace("/etc/app/app.conf", "/etc/./app"), "config.destination");
    wrong.put(CONFIG.replace("0640", "4755"), "config.mode");
    wrong.put(CONFIG.replace("0640", "640"), "config.mode");
    wrong.put(CONFIG.replace("app.service", "../app.service"), "config.reload.unit");
    wrong.put(CONFIG.replace("'systemd'", "'shell'"), "config.reload.type");
    wrong.put(CONFIG.replace("'fleets'", "'flets'"), "flets");
    wrong.put(CONFIG.replace("'fleets'", "'model':{},'fleets'"), "model");
    wrong.put(CONFIG.replace("'fleets'", "'compatibility':'a =','fleets'"), "compatibility");
    wrong.put(CONFIG.replace("'fleets'", "'support_until':'soon','fleets'"), "support_until");
    wrong.put(
        CONFIG.replace("'fleets'", "'must_pass_through':['/'],'fleets'"), "must_pass_through");
    wrong.put(CONFIG.replace("'fleets'", "'depends':{'a':[]},'fleets'"), "depends");
    wrong.put(CONFIG.replace("'fleets'", "'provides':{'a':1},'fleets'"), "provides.a");
    wrong.put(CONFIG.replace("'fleets'", "'firmware_id':'x','fleets'"), "firmware_id");
    wrong.put(model("1", MODEL, "").replace("'length':17", "'length':0"), "file.length");
    wrong.put(model("1", MODEL, "").replace("'length':17", "'length':1.5"), "file.length");
    wrong.put(model("1", MODEL, "").replace("'sha256':'", "'sha256':'0"), "file.sha256");
    wrong.put(model("1", MODEL, ",'part_size':1"), "file.part_size");
    wrong.put(model("1", MODEL, "").replace("'onnx'", "'tea'"), "model.framework");
    wrong.put(model("1", MODEL, "").replace("0.931", "'high'"), "model.metrics.top1");
    wrong.put(model("1", MODEL, "").replace("[-1,3]", "[-2]"), "model.inputs.shape");
    wrong.put(model("1", MODEL, "").replace("'length':17", "'content':'x'"), "file.content");
    wrong.forEach(
        (body, field) ->
            assertEquals(field, bad(() -> call("createArtifact", caller, Map.of(), body)), body));
    assertEquals(List.of(), items(call("listArtifacts", caller, Map.of(), "")));
  }

  @Test
  void changesWhatIsNotSignedForWhoeverHasSeenTheLast() throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), CONFIG));
    String first = "\"" + created.get("revision") + "\"";
    Map<String, Object> changed =
        object(
            200,
            with(
                "updateArtifact",
                caller,
                path(created),
                Map.of("if-match", first),
                "{'notes':'two\\nlines','security_only':true,'support_until':'2031-12-31'}"));
    assertEquals("two\nlines", changed.get("notes"));
    assertEquals("2031-12-31", changed.get("support_until"));
    assertTrue(facts(caller, "app-conf", "1").orElseThrow().securityOnly(), "rollouts know");
    refused(
        ArtifactProblem.ARTIFACT_CHANGED,
        () ->
            with(
                "updateArtifact",
                caller,
                path(created),
                Map.of("if-match", first),
                "{'notes':''}"));
    assertEquals(
        "If-Match",
        bad(
            () ->
                with(
                    "updateArtifact", caller, path(created), Map.of("if-match", "W/\"x\""), "{}")));
    assertEquals(
        "compatibility",
        bad(() -> call("updateArtifact", caller, path(created), "{'compatibility':'a == b'}")));
  }

  @Test
  void takesAnArtifactBackWithAReason() throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), CONFIG));
    Map<String, Object> withdrawn =
        object(
            200, call("withdrawArtifact", caller, path(created), "{'reason':'breaks the pump'}"));
    assertEquals("withdrawn", withdrawn.get("state"));
    assertEquals(Optional.empty(), facts(caller, "app-conf", "1"));
    assertEquals(
        List.of("breaks the pump"),
        under
            .fleet()
            .auditEvents(caller.tenant(), io.firmament.base.PageRequest.first())
            .items()
            .stream()
            .map(AuditEvent::facts)
            .flatMap(facts -> Optional.ofNullable(facts.get("reason")).stream())
            .toList());
    refused(
        ArtifactProblem.ARTIFACT_EXISTS, () -> call("createArtifact", caller, Map.of(), CONFIG));
    assertEquals(withdrawn, object(200, call("withdrawArtifact", caller, path(created), "")));
  }

  @Test
  void listsByKindNameAndFleet() throws Exception {
    Caller caller = under.begun();
    call("createArtifact", caller, Map.of(), CONFIG);
    call("createArtifact", caller, Map.of(), model("1", MODEL, ""));
    assertEquals(2, items(call("listArtifacts", caller, Map.of(), "")).size());
    for (Map<String, String> query :
        List.of(
            Map.of("kind", "model"),
            Map.of("name", "net"),
            Map.of("fleet", "default"),
            Map.of("kind", "model", "name", "net", "fleet", "default"))) {
      HttpResponse answer =
          operation("listArtifacts").handle(request(caller, Map.of(), query, Map.of(), ""));
      assertEquals(List.of("net"), items(answer).stream().map(each -> each.get("name")).toList());
      assertEquals("1", String.valueOf(object(200, answer).get("total")));
    }
    assertEquals(
        "kind",
        bad(
            () ->
                operation("listArtifacts")
                    .handle(request(caller, Map.of(), Map.of("kind", "x"), Map.of(), ""))));
  }

  @Test
  void anSbomIsFoundOutValidatedAndGivenOutAsItWasSent() throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), CONFIG));
    refused(
        ArtifactProblem.ARTIFACT_WITHOUT_SBOM,
        () -> call("getArtifactSbom", caller, path(created), ""));
    for (String wrong : List.of("", "{", "hello", "{\"bomFormat\":\"CycloneDX\"}", "<x/>")) {
      refused(
          ArtifactProblem.ARTIFACT_SBOM_INVALID,
          () -> raw("putArtifactSbom", caller, path(created), wrong));
    }
    Map<String, Object> attached = object(200, raw("putArtifactSbom", caller, path(created), SBOM));
    assertEquals("CycloneDX 1.6", map(attached, "sbom").get("specification"));
    assertEquals("1", String.valueOf(map(attached, "sbom").get("components")));
    HttpResponse answer = call("getArtifactSbom", caller, path(created), "");
    assertEquals("application/vnd.cyclonedx+json", answer.headers().get("content-type"));
    assertEquals(SBOM, text(answer));
    String spdx =
        """
        SPDXVersion: SPDX-2.3
        DataLicense: CC0-1.0
        SPDXID: SPDXRef-DOCUMENT
        DocumentName: app

        PackageName: zlib
        SPDXID: SPDXRef-zlib
        PackageVersion: 1.2.11
        PackageDownloadLocation: NOASSERTION
        """;
    object(200, raw("putArtifactSbom", caller, path(created), spdx));
    assertEquals(
        "text/spdx",
        call("getArtifactSbom", caller, path(created), "").headers().get("content-type"));
  }

  // ---- firmware

  @Test
  void oneUploadOfAnImageIsAnalysedAndPublished() throws Exception {
    Caller caller = under.begun();
    byte[] image = "an image".getBytes(StandardCharsets.UTF_8);
    Map<String, Object> created =
        object(201, call("createArtifact", caller, Map.of(), firmware("1.0", image)));
    FirmwareId firmware = FirmwareId.of(String.valueOf(map(created, "firmware").get("id")));
    assertEquals(200, send(map(map(created, "upload"), "request"), image));
    String key =
        under
            .artifacts()
            .find(caller.tenant(), ref("router", "1.0"))
            .orElseThrow()
            .content()
            .source();
    UploadId upload = ObjectKeys.parseFirmware(key).orElseThrow().upload();
    Firmware received =
        new ReceiveUpload(under.firmware(), under.uploads(), under.platform.clock())
            .receive(caller.tenant(), upload);
    assertEquals(firmware, received.id());
    assertEquals("router", received.name());
    Map<String, Object> published =
        object(200, call("completeArtifact", caller, path(created), ""));
    assertEquals("published", published.get("state"));
    assertEquals(Map.of(), facts(caller, "router", "1.0").orElseThrow().openVulnerabilities());
    analysed(received, image, 2);
    Map<String, Object> again = object(200, call("completeArtifact", caller, path(created), ""));
    assertEquals(
        "{critical=2}", String.valueOf(map(again, "firmware").get("open_vulnerabilities")));
    assertEquals(
        Map.of(Severity.CRITICAL, 2),
        facts(caller, "router", "1.0").orElseThrow().openVulnerabilities());
    assertEquals("analysis", map(again, "sbom").get("source"));
    HttpResponse sbom =
        with(
            "getArtifactSbom",
            caller,
            path(created),
            Map.of("accept", "application/vnd.cyclonedx+json"),
            "");
    assertTrue(text(sbom).contains("\"bomFormat\""));
  }

  @Test
  void theVeryImageThatWasAnalysedIsPublishedWithoutAnotherUpload() throws Exception {
    Caller caller = under.begun();
    byte[] image = "an analysed image".getBytes(StandardCharsets.UTF_8);
    Firmware firmware = received(caller, image);
    String body =
        "{'name':'router','version':'2.0','kind':'firmware','firmware_id':'%s',"
                .formatted(firmware.id())
            + "'file':{'name':'router.img'}}";
    refused(
        FirmwareProblem.ANALYSIS_NOT_FINISHED,
        () -> call("createArtifact", caller, Map.of(), body));
    analysed(firmware, image, 1);
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), body));
    assertEquals("published", created.get("state"));
    assertEquals(Sha256.of(image).hex(), map(created, "file").get("sha256"));
    assertArrayEquals(image, published(caller, "fleets/default/router/2.0/router.img", created));
    assertEquals(
        Map.of(Severity.CRITICAL, 1),
        facts(caller, "router", "2.0").orElseThrow().openVulnerabilities());
    Caller blind =
        new Caller(
            caller.tenant(),
            caller.user(),
            caller.email(),
            caller.credential(),
            Set.of(Permission.ARTIFACTS_WRITE),
            new ProductGroupAccess(Set.of(), Map.of()));
    for (Caller other : List.of(blind, under.begun())) {
      refused(
          BaseProblem.NOT_FOUND,
          () -> call("createArtifact", other, Map.of(), body.replace("2.0", "3.0")));
    }
  }

  @Test
  void anImageThatIsNotTheOneAnalysedIsNotPublished() throws Exception {
    Caller caller = under.begun();
    byte[] image = "an analysed image".getBytes(StandardCharsets.UTF_8);
    Firmware firmware = received(caller, image);
    analysed(firmware, image, 0);
    byte[] other = "another same size".getBytes(StandardCharsets.UTF_8);
    under.uploads().write(firmware.objectKey(), "application/octet-stream", other);
    String body =
        "{'name':'router','version':'4.0','kind':'firmware','firmware_id':'%s'}"
            .formatted(firmware.id());
    refused(
        ArtifactProblem.ARTIFACT_CONTENT_DIFFERS,
        () -> call("createArtifact", caller, Map.of(), body));
    assertEquals(Optional.empty(), facts(caller, "router", "4.0"));
  }

  @Test
  void showsNothingOfAnotherTenant() throws Exception {
    Caller caller = under.begun();
    Map<String, Object> created = object(201, call("createArtifact", caller, Map.of(), CONFIG));
    Caller stranger = under.begun();
    for (String operation :
        List.of(
            "getArtifact",
            "updateArtifact",
            "sendArtifact",
            "completeArtifact",
            "withdrawArtifact",
            "putArtifactSbom",
            "getArtifactSbom")) {
      for (Map<String, String> path : List.of(path(created), Map.of("id", "x"))) {
        Caller who = path.containsValue("x") ? caller : stranger;
        refused(
            ArtifactProblem.ARTIFACT_NOT_FOUND,
            () -> call(operation, who, path, operation.startsWith("put") ? SBOM : "{}"));
      }
    }
    assertEquals(List.of(), items(call("listArtifacts", stranger, Map.of(), "")));
    assertEquals(
        "published", object(200, call("getArtifact", caller, path(created), "")).get("state"));
  }

  private Firmware received(Caller caller, byte[] image) throws Exception {
    Map<String, Object> created =
        object(
            201,
            call("createArtifact", caller, Map.of(), firmware("0-" + UUID.randomUUID(), image)));
    send(map(map(created, "upload"), "request"), image);
    FirmwareId id = FirmwareId.of(String.valueOf(map(created, "firmware").get("id")));
    String key =
        under
            .artifacts()
            .find(
                caller.tenant(), io.firmament.base.ArtifactId.of(String.valueOf(created.get("id"))))
            .orElseThrow()
            .content()
            .source();
    Firmware firmware =
        new ReceiveUpload(under.firmware(), under.uploads(), under.platform.clock())
            .receive(caller.tenant(), ObjectKeys.parseFirmware(key).orElseThrow().upload());
    assertEquals(id, firmware.id());
    return firmware;
  }

  /// Writes what the stages of an analysis would.
  private void analysed(Firmware firmware, byte[] image, int critical) {
    AnalysisKey key = AnalysisKey.of(firmware);
    write(
        key,
        AnalysisDocument.UNPACK_REPORT,
        "{\"inputSize\":%d,\"inputSha256\":\"%s\",\"chunks\":[],\"notes\":[],"
                .formatted(image.length, Sha256.of(image).hex())
            + "\"explainedPercent\":0,\"complete\":true,\"counts\":{}}");
    write(key, AnalysisDocument.INVENTORY, "{\"components\":[],\"identity\":{},\"notes\":[]}");
    List<String> matches = new ArrayList<>();
    for (int i = 0; i < critical; i++) {
      matches.add(match(i, "CRITICAL", 3));
      matches.add(match(i, "CRITICAL", 1));
      matches.add(match(100 + i, "CRITICAL", -6));
    }
    under
        .documents()
        .write(
            ObjectKeys.matches(key, Optional.empty()),
            "application/json",
            ("[" + String.join(",", matches) + "]").getBytes(StandardCharsets.UTF_8));
    assertTrue(
        under.firmware().finish(key, Analysis.Result.COMPLETE, Optional.empty(), Instant.now()));
  }

  private static String match(int number, String severity, int score) {
    return "{\"id\":\"m%d-%d\",\"cve\":\"CVE-2000-%04d\",\"aliases\":[],\"componentId\":\"c\","
            .formatted(number, score, number)
        + "\"description\":\"\",\"severity\":\"%s\",\"knownExploited\":false,\"score\":%d,"
            .formatted(severity, score)
        + "\"reasons\":[\"%s\"]}".formatted(score < -2 ? "platform-contradicted: x" : "range: y");
  }

  private void write(AnalysisKey key, AnalysisDocument document, String content) {
    under
        .documents()
        .write(
            ObjectKeys.document(key, document),
            "application/json",
            content.getBytes(StandardCharsets.UTF_8));
  }

  // ---- requests

  private static String model(String version, byte[] file, String more) {
    return "{'name':'net','version':'%s','kind':'model','file':{'name':'net.onnx',"
            .formatted(version)
        + "'length':%d,'sha256':'%s'%s},".formatted(file.length, Sha256.of(file).hex(), more)
        + "'model':{'framework':'onnx','metrics':{'top1':0.931},"
        + "'inputs':[{'name':'image','type':'float32','shape':[-1,3]}]}}";
  }

  private static String firmware(String version, byte[] file) {
    return "{'name':'router','version':'%s','kind':'firmware','file':{'name':'router.img',"
            .formatted(version)
        + "'length':%d,'sha256':'%s'},".formatted(file.length, Sha256.of(file).hex())
        + "'product':{'vendor':'Acme','name':'Router'}}";
  }

  private static ArtifactRef ref(String name, String version) {
    return new ArtifactRef(name, version);
  }

  private Optional<ArtifactFacts> facts(Caller caller, String name, String version) {
    return under.rollouts().findArtifact(caller.tenant(), ref(name, version));
  }

  private byte[] published(Caller caller, String path, Map<String, Object> artifact)
      throws IOException {
    TenantId tenant = caller.tenant();
    String key =
        ArtifactKeys.blob(
            tenant, path, new Sha256(String.valueOf(map(artifact, "file").get("sha256"))));
    try (InputStream in = under.artifactFiles().read(key).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private static int send(Map<String, Object> request, byte[] body) throws Exception {
    return response(request, body).statusCode();
  }

  private static java.net.http.HttpResponse<String> response(
      Map<String, Object> request, byte[] body) throws Exception {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(String.valueOf(request.get("url"))))
            .method(
                String.valueOf(request.get("method")),
                HttpRequest.BodyPublishers.ofByteArray(body));
    map(request, "headers")
        .forEach(
            (name, value) -> {
              if (!name.equalsIgnoreCase("content-length")) {
                builder.header(name, String.valueOf(value));
              }
            });
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(builder.build(), BodyHandlers.ofString());
    }
  }

  private static void sendParts(Map<String, Object> upload, byte[] file) throws Exception {
    int size = ((Number) Objects.requireNonNull(upload.get("part_size"))).intValue();
    StringBuilder document = new StringBuilder("<CompleteMultipartUpload>");
    int number = 0;
    for (Map<String, Object> part : list(upload, "parts")) {
      int from = number++ * size;
      java.net.http.HttpResponse<String> answer =
          response(part, Arrays.copyOfRange(file, from, Math.min(file.length, from + size)));
      assertEquals(200, answer.statusCode(), answer::body);
      document
          .append("<Part><PartNumber>" + number + "</PartNumber><ETag>")
          .append(answer.headers().firstValue("etag").orElseThrow())
          .append("</ETag></Part>");
    }
    document.append("</CompleteMultipartUpload>");
    assertEquals(
        200, send(map(upload, "complete"), document.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /// With the grants that the contract gives the operation, and no others.
  private HttpResponse handle(String operation, Request request) {
    return GrantGuard.as(
        GrantGuard.Role.of(Contract.route(operation)), () -> operation(operation).handle(request));
  }

  private Operation operation(String id) {
    return operations.find(id).orElseThrow();
  }

  private HttpResponse call(
      String operation, Caller caller, Map<String, String> path, String body) {
    return with(operation, caller, path, Map.of(), body);
  }

  private HttpResponse with(
      String operation,
      Caller caller,
      Map<String, String> path,
      Map<String, String> headers,
      String body) {
    return handle(operation, request(caller, path, Map.of(), headers, body.replace('\'', '"')));
  }

  private HttpResponse raw(String operation, Caller caller, Map<String, String> path, String body) {
    return handle(operation, request(caller, path, Map.of(), Map.of(), body));
  }

  private static Request request(
      Caller caller,
      Map<String, String> path,
      Map<String, String> query,
      Map<String, String> headers,
      String body) {
    Map<String, List<String>> parameters = new HashMap<>();
    query.forEach((name, value) -> parameters.put(name, List.of(value)));
    return new Request(
        "POST",
        "/",
        path,
        parameters,
        headers,
        body.getBytes(StandardCharsets.UTF_8),
        Optional.of(caller),
        "http://localhost",
        "r-1");
  }

  private static Map<String, String> path(Map<String, Object> artifact) {
    return Map.of("id", String.valueOf(artifact.get("id")));
  }

  private static void refused(Problem problem, org.junit.jupiter.api.function.Executable call) {
    ProblemException refusal = assertThrows(ProblemException.class, call);
    assertEquals(problem, refusal.problem(), refusal::getMessage);
  }

  private static String bad(org.junit.jupiter.api.function.Executable call) {
    ProblemException e = assertThrows(ProblemException.class, call);
    assertEquals(BaseProblem.INVALID_FIELD, e.problem(), e::getMessage);
    return String.valueOf(e.facts().get("field"));
  }

  private static List<Map<String, Object>> items(HttpResponse response) {
    return list(object(200, response), "items");
  }

  @SuppressWarnings("unchecked") // the lists of these bodies have objects
  private static List<Map<String, Object>> list(Map<String, Object> object, String name) {
    return (List<Map<String, Object>>) Objects.requireNonNull(object.get(name), name);
  }

  @SuppressWarnings("unchecked") // objects of JSON
  private static Map<String, Object> map(Map<String, Object> object, String name) {
    return (Map<String, Object>) Objects.requireNonNull(object.get(name), name);
  }

  private static Map<String, Object> object(int status, HttpResponse response) {
    assertEquals(status, response.status());
    return Jsonb.builder().build().type(Object.class).map().fromJson(text(response));
  }

  private static String text(HttpResponse response) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      switch (response.body()) {
        case HttpResponse.Body.Bytes bytes -> out.writeBytes(bytes.content());
        case HttpResponse.Body.Stream stream -> stream.writer().writeTo(out);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
