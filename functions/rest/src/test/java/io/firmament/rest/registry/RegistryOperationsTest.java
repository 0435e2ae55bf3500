package io.firmament.rest.registry;

import static io.firmament.rest.registry.RegistryCalls.call;
import static io.firmament.rest.registry.RegistryCalls.caller;
import static io.firmament.rest.registry.RegistryCalls.json;
import static io.firmament.rest.registry.RegistryCalls.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.edge.HttpResponse;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.registry.Digest;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryProblem;
import io.firmament.registry.FakeRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/// The operations of registries, from the request to the answer.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryOperationsTest {
  private final RegistryCalls calls = new RegistryCalls();
  private final Registries registries = calls.registries;
  private final FakeRegistry fake = FakeRegistry.start().with(FakeRegistry.Auth.TOKEN);

  @AfterAll
  void end() {
    fake.close();
    calls.close();
  }

  private String connect(Caller caller, String body) {
    HttpResponse response = call(new CreateRegistry(registries), caller, "", body);
    assertEquals(201, response.status());
    return String.valueOf(json(response).get("id"));
  }

  private String reader(Caller caller) {
    return connect(
        caller,
        "{'host':'http://%s/some/page','name':'ours','provider':'token','username':'%s','password':'%s'}"
            .formatted(fake.host(), FakeRegistry.USER, FakeRegistry.PASSWORD));
  }

  @Test
  void connectsShowsChangesAndDisconnects() {
    Caller caller = caller();
    String id = reader(caller);
    Map<String, Object> shown = json(call(new GetRegistry(registries), caller, id, ""));
    assertEquals(fake.host(), shown.get("host"));
    assertEquals("ours", shown.get("name"));
    assertEquals("token", shown.get("provider"));
    assertEquals(FakeRegistry.USER, shown.get("username"));
    assertFalse(shown.containsKey("password") || shown.containsKey("external_id"));
    refused(
        RegistryProblem.REGISTRY_EXISTS,
        () ->
            call(
                new CreateRegistry(registries),
                caller,
                "",
                "{'host':'%s'}".formatted(fake.host())));
    assertEquals(
        "theirs",
        json(call(new UpdateRegistry(registries), caller, id, "{'name':'theirs'}")).get("name"));
    Map<String, Object> changed =
        json(
            call(
                new UpdateRegistry(registries),
                caller,
                id,
                "{'provider':'token','username':'other','password':'x'}"));
    assertEquals("other", changed.get("username"));
    assertEquals("theirs", changed.get("name"));
    assertFalse(
        String.valueOf(changed.get("credentials_changed_at"))
            .equals(shown.get("credentials_changed_at")));
    Map<String, Object> page = json(call(new ListRegistries(registries), caller, "", ""));
    assertEquals(1L, number(page, "total"));
    assertEquals(204, call(new DeleteRegistry(registries), caller, id, "").status());
    refused(
        RegistryProblem.REGISTRY_NOT_FOUND,
        () -> call(new GetRegistry(registries), caller, id, ""));
    refused(
        RegistryProblem.REGISTRY_NOT_FOUND,
        () -> call(new DeleteRegistry(registries), caller, "no id", ""));
  }

  @Test
  void showsTheOwnerOfARoleWhatItMustTrust() {
    Caller caller = caller();
    String id =
        connect(
            caller,
            "{'host':'123456789012.dkr.ecr.eu-central-1.amazonaws.com','provider':'ecr',"
                + "'role':'arn:aws:iam::123456789012:role/firmament-pull'}");
    Map<String, Object> shown = json(call(new GetRegistry(registries), caller, id, ""));
    assertEquals(caller.tenant().toString(), shown.get("external_id"));
    assertEquals("arn:aws:iam::123456789012:role/firmament-pull", shown.get("role"));
  }

  @Test
  void namesTheBadField() {
    Caller caller = caller();
    String id = reader(caller);
    Map<String, String> wrong =
        Map.of(
            "{}", "host",
            "{'host':'u:p@ghcr.io'}", "host",
            "{'host':'ghcr.io','provider':'x'}", "provider",
            "{'host':'ghcr.io','username':'u'}", "provider",
            "{'host':'ghcr.io','name':'a\\u0007'}", "name",
            "{'host':'ghcr.io','provider':'token','username':'u'}", "password");
    wrong.forEach(
        (body, field) ->
            assertEquals(
                field, field(() -> call(new CreateRegistry(registries), caller, "", body)), body));
    UpdateRegistry update = new UpdateRegistry(registries);
    assertEquals("provider", field(() -> call(update, caller, id, "{'password':'x'}")));
    assertEquals("host", field(() -> call(update, caller, id, "{'host':'quay.io'}")));
    for (String body : List.of("[", "'x'", "{'host':{}}", "[]", "{'host':'a.b','host'")) {
      refused(
          BaseProblem.MALFORMED_REQUEST,
          () -> call(new CreateRegistry(registries), caller, "", body));
    }
    assertEquals(
        "repository",
        field(() -> call(new ListRegistryTags(registries), caller, id, Map.of(), "")));
    assertEquals(
        "tag",
        field(
            () ->
                call(new GetRegistryImage(registries), caller, id, Map.of("repository", "a"), "")));
    ImportRegistryImages imports = new ImportRegistryImages(registries);
    assertEquals("repository", field(() -> call(imports, caller, id, "{'tags':['1']}")));
    assertEquals("tags", field(() -> call(imports, caller, id, "{'repository':'a'}")));
    assertEquals(
        "tags", field(() -> call(imports, caller, id, "{'repository':'a','tags':[null]}")));
    assertEquals(
        "fleet",
        field(() -> call(imports, caller, id, "{'repository':'a','tags':['1'],'fleets':['a b']}")));
  }

  @Test
  void checksALoginAndSaysWhatIsWrong() {
    Caller caller = caller();
    String id = reader(caller);
    CheckRegistry check = new CheckRegistry(registries);
    assertEquals("{\"ok\":true}", text(call(check, caller, id, "")));
    call(
        new UpdateRegistry(registries),
        caller,
        id,
        "{'provider':'token','username':'reader','password':'wrong'}");
    Map<String, Object> wrong = json(call(check, caller, id, ""));
    assertEquals(false, wrong.get("ok"));
    assertEquals("registry_login_refused", wrong.get("code"));
    assertTrue(String.valueOf(wrong.get("error")).contains(fake.host()));
  }

  @Test
  void browsesAndImports() {
    Caller caller = caller();
    String id = reader(caller);
    fake.image("team/app", "1.9", "linux", "arm64");
    Digest digest = fake.image("team/app", "1.10", "linux", "arm64");
    fake.referrer(
        "team/app",
        digest,
        "application/vnd.cyclonedx+json",
        "application/json",
        "{}".getBytes(StandardCharsets.UTF_8));
    Map<String, Object> repositories =
        json(call(new ListRegistryRepositories(registries), caller, id, ""));
    assertEquals(true, repositories.get("catalogue"));
    assertEquals(List.of("team/app"), repositories.get("items"));
    Map<String, String> query = Map.of("repository", "team/app", "limit", "1");
    Map<String, Object> tags = json(call(new ListRegistryTags(registries), caller, id, query, ""));
    assertEquals(List.of("1.10"), tags.get("items"));
    assertEquals(2L, number(tags, "total"));
    assertEquals(false, tags.get("clipped"));
    assertTrue(tags.containsKey("next") && !tags.containsKey("catalogue"));
    Map<String, Object> image =
        json(
            call(
                new GetRegistryImage(registries),
                caller,
                id,
                Map.of("repository", "team/app", "tag", "1.10"),
                ""));
    assertEquals(digest.toString(), image.get("digest"));
    assertEquals(fake.host() + "/team/app@" + digest, image.get("reference"));
    assertEquals(310L, number(image, "size"));
    assertTrue(String.valueOf(image.get("platforms")).contains("linux/arm64"), image::toString);
    assertTrue(String.valueOf(image.get("referrers")).contains("sbom=true"), image::toString);
    HttpResponse imported =
        call(
            new ImportRegistryImages(registries),
            caller,
            id,
            "{'repository':'team/app','tags':['1.10'],'name':'app-of-ours','version':'7'}");
    assertEquals(200, imported.status());
    List<?> items = (List<?>) Objects.requireNonNull(json(imported).get("items"));
    Map<?, ?> item = (Map<?, ?>) items.getFirst();
    assertEquals("published", item.get("state"));
    assertEquals("app-of-ours", item.get("name"));
    assertEquals("7", item.get("version"));
    assertEquals(true, item.get("sbom"));
    assertEquals(digest, calls.published.getLast().image().digest());
  }

  @Test
  void importsForThoseAloneWhoMayPublish() {
    Caller reader = caller(Permission.REGISTRIES_READ, Permission.REGISTRIES_MANAGE);
    String id = reader(reader);
    String body = "{'repository':'team/app','tags':['1']}";
    ProblemException e =
        refused(
            BaseProblem.MISSING_PERMISSION,
            () -> call(new ImportRegistryImages(registries), reader, id, body));
    assertEquals("artifacts.write", e.facts().get("permission"));
    refused(
        RegistryProblem.REGISTRY_NOT_FOUND,
        () ->
            call(new ImportRegistryImages(registries), reader, UUID.randomUUID().toString(), body));
  }

  @Test
  void knowsNoRegistryOfAnotherTenant() {
    String id = reader(caller());
    Caller stranger = caller();
    String before = calls.dump();
    Map<String, String> query = Map.of("repository", "team/app", "tag", "1");
    for (Executable work :
        List.<Executable>of(
            () -> call(new GetRegistry(registries), stranger, id, ""),
            () -> call(new UpdateRegistry(registries), stranger, id, "{'name':'x'}"),
            () -> call(new DeleteRegistry(registries), stranger, id, ""),
            () -> call(new CheckRegistry(registries), stranger, id, ""),
            () -> call(new ListRegistryRepositories(registries), stranger, id, ""),
            () -> call(new ListRegistryTags(registries), stranger, id, query, ""),
            () -> call(new GetRegistryImage(registries), stranger, id, query, ""),
            () ->
                call(
                    new ImportRegistryImages(registries),
                    stranger,
                    id,
                    "{'repository':'team/app','tags':['1']}"))) {
      refused(RegistryProblem.REGISTRY_NOT_FOUND, work);
    }
    assertEquals(before, calls.dump());
  }

  /// A run of its own, so that its log can be read: nothing that it answers, logs or stores has a
  /// secret in it.
  @Test
  void answersLogsAndStoresNoSecret() throws IOException, InterruptedException {
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SecretsRun.class.getName())
            .redirectErrorStream(true)
            .start();
    run.getOutputStream().close();
    String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, run.waitFor(), output);
    assertTrue(output.contains("\"event\":\"request_failed\""), output);
    assertTrue(output.contains("STORED") && output.contains("ciphertext"), output);
    assertTrue(output.contains("registry_login_refused"), output);
    for (String secret : SecretsRun.secrets()) {
      assertFalse(output.contains(secret), () -> secret + " in " + output);
    }
  }

  private static long number(Map<String, Object> json, String name) {
    return ((Number) Objects.requireNonNull(json.get(name))).longValue();
  }

  private static String field(Executable work) {
    return String.valueOf(refused(BaseProblem.INVALID_FIELD, work).facts().get("field"));
  }

  private static ProblemException refused(Problem problem, Executable work) {
    ProblemException e = assertThrows(ProblemException.class, work);
    assertEquals(problem, e.problem(), e::getMessage);
    return e;
  }
}
