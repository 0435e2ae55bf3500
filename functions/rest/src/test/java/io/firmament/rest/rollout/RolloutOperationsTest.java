package io.firmament.rest.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.aws.AwsClients;
import io.firmament.aws.DynamoTables;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.base.ArtifactId;
import io.firmament.base.BaseProblem;
import io.firmament.base.Ids;
import io.firmament.base.Problem;
import io.firmament.base.ProblemException;
import io.firmament.base.RolloutId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Severity;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.CertificateIssuer;
import io.firmament.platform.fleet.CertificateSerial;
import io.firmament.platform.fleet.ChangeWatch;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceCertificate;
import io.firmament.platform.fleet.DeviceDirectory;
import io.firmament.platform.fleet.DeviceName;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollDevice;
import io.firmament.platform.fleet.EnrollToken;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.fleet.HardwareId;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.Presence;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.fleet.WatcherId;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import io.firmament.platform.identity.ProductGroupAccess;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.Fleet;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.Requirements;
import io.firmament.platform.rollout.RolloutProblem;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.Rollouts;
import io.firmament.platform.rollout.Selector;
import io.firmament.schema.TableDefinition;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// The operations of groups and rollouts over a real table.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolloutOperationsTest {
  private static final ArtifactRef ARTIFACT = new ArtifactRef("router-os", "1.2.3");
  private static final String ROLLOUT =
      "{'artifact':{'id':'router-os','version':'1.2.3'},'group':'plant',"
          + "'probe':{'type':'file','path':'/run/ok'}";

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
  private final FleetStore devices = table();
  private final RolloutStore store = new DynamoRolloutStore(dynamo, "fleet");
  private final Fleet fleet = new Fleet(new Devices(devices, clock), store);
  private final Groups groups = new Groups(store, fleet, clock, Ids.random());
  private final Rollouts rollouts = new Rollouts(store, fleet, clock, Ids.random());
  private final RolloutRunner runner = new RolloutRunner(store, fleet, clock, Ids.random());

  @AfterAll
  void end() {
    dynamo.close();
    engine.close();
  }

  @Test
  void createsAGroupAndReportsTheNamesThatNoDeviceHas() {
    Caller caller = caller();
    enrolled(caller, "a", "b");
    Map<String, Object> group =
        object(
            201,
            call(
                new CreateGroup(groups),
                caller,
                Map.of(),
                "{'name':'plant','devices':['b','x','a']}"));
    assertEquals(List.of("a", "b"), group.get("devices"));
    assertEquals(List.of("x"), group.get("unresolved"));
    assertEquals(2L, number(group, "device_count"));
    refused(
        RolloutProblem.GROUP_EXISTS,
        () -> call(new CreateGroup(groups), caller, Map.of(), "{'name':'plant','devices':['a']}"));
    Map<String, String> path = Map.of("name", "plant");
    Map<String, Object> changed =
        object(200, call(new UpdateGroup(groups), caller, path, "{'selector':'name == a'}"));
    assertEquals(List.of("a"), changed.get("devices"));
    assertEquals(
        "name == a", object(200, call(new GetGroup(groups), caller, path, "")).get("selector"));
    assertEquals(1, items(call(new ListGroups(groups), caller, Map.of(), "")).size());
    refused(RolloutProblem.GROUP_NOT_FOUND, () -> call(new GetGroup(groups), caller(), path, ""));
    refused(
        RolloutProblem.GROUP_NOT_FOUND,
        () -> call(new GetGroup(groups), caller, Map.of("name", "/"), ""));
    assertEquals(204, call(new DeleteGroup(groups), caller, path, "").status());
    refused(RolloutProblem.GROUP_NOT_FOUND, () -> call(new DeleteGroup(groups), caller, path, ""));
  }

  @Test
  void namesTheBadFieldOfAGroupAndOfARollout() {
    Caller caller = caller();
    Map<String, String> wrongGroups =
        Map.of(
            "{'devices':['a']}", "name",
            "{'name':'a b','devices':['a']}", "name",
            "{'name':'plant'}", "devices",
            "{'name':'plant','devices':['a'],'selector':'name == a'}", "selector",
            "{'name':'plant','selector':'name ='}", "selector",
            "{'name':'plant','devices':[1]}", "devices[0]",
            "{'name':'plant','devices':['a'],'colour':'red'}", "colour");
    wrongGroups.forEach(
        (body, field) ->
            assertEquals(
                field, bad(() -> call(new CreateGroup(groups), caller, Map.of(), body)), body));
    Map<String, String> wrongRollouts =
        Map.of(
            "{}",
            "artifact",
            "[]",
            "body",
            "{'artifact':{'id':'a'},'group':'plant'}",
            "artifact.version",
            ROLLOUT + ",'strategy':{'waves':[{'percent':5}]}}",
            "strategy.waves[0].percent",
            ROLLOUT + ",'start_at':'tomorrow'}",
            "start_at",
            ROLLOUT + ",'admission':{'block':'some'}}",
            "admission.block",
            ROLLOUT + ",'waves':[]}",
            "waves");
    wrongRollouts.forEach(
        (body, field) ->
            assertEquals(
                field, bad(() -> call(new CreateRollout(rollouts), caller, Map.of(), body)), body));
    refused(
        BaseProblem.MALFORMED_REQUEST,
        () -> call(new CreateRollout(rollouts), caller, Map.of(), "{"));
  }

  @Test
  void refusesWhatMustNotGoOutAndSaysSoInThePreview() {
    Caller caller = caller();
    group(caller, "a");
    Operation create = new CreateRollout(rollouts);
    refused(
        RolloutProblem.ROLLOUT_ARTIFACT_UNKNOWN,
        () -> call(create, caller, Map.of(), ROLLOUT + "}"));
    store.putArtifact(
        caller.tenant(),
        new ArtifactFacts(ARTIFACT, Optional.empty(), false, Map.of(Severity.CRITICAL, 2)));
    refused(
        RolloutProblem.ROLLOUT_NOT_ADMITTED, () -> call(create, caller, Map.of(), ROLLOUT + "}"));
    Map<String, Object> preview =
        object(200, call(new PreviewRollout(rollouts), caller, Map.of(), ROLLOUT + "}"));
    assertEquals("rollout_not_admitted", preview.get("refusal_code"));
    assertEquals(
        "artifact router-os 1.2.3 has 2 open findings of severity critical or worse",
        preview.get("refusal"));
    String override = ROLLOUT + ",'admission':{'override_reason':'the service is not started'}}";
    refused(BaseProblem.MISSING_PERMISSION, () -> call(create, caller, Map.of(), override));
    assertEquals(201, call(create, approver(caller), Map.of(), override).status());
    store.putArtifact(
        caller.tenant(),
        new ArtifactFacts(
            ARTIFACT, Optional.of(Selector.parse("architecture == arm64")), false, Map.of()));
    refused(
        RolloutProblem.ROLLOUT_DOES_NOT_FIT, () -> call(create, caller, Map.of(), ROLLOUT + "}"));
    refused(
        RolloutProblem.GROUP_NOT_FOUND,
        () ->
            call(
                create,
                caller,
                Map.of(),
                ROLLOUT.replace("'group':'plant'", "'group':'other'") + "}"));
  }

  @Test
  void leavesOutDevicesThatDoNotMeetTheRequirementsAndSaysWhichAndWhy() {
    Caller caller = approver(caller());
    group(caller, "a", "b", "c", "d", "e");
    provided(caller, new ArtifactRef("boot", "7"), Map.of("bootloader", "2"));
    store.putArtifact(
        caller.tenant(),
        new ArtifactFacts(
            ARTIFACT,
            new Requirements(
                Optional.of(Selector.parse("name != e")),
                new TreeMap<>(Map.of("bootloader", List.of("2", "3"))),
                List.of("1.1")),
            false,
            Map.of(),
            Map.of(),
            true));
    installed(caller, "a", Map.of("boot", "7", "router-os", "1.1.0"));
    installed(caller, "b", Map.of("boot", "6", "router-os", "1.1.0"));
    installed(caller, "c", Map.of("boot", "7", "router-os", "1.0.9"));
    installed(caller, "d", Map.of("boot", "7", "router-os", "1.10"));
    Map<String, Object> preview =
        object(200, call(new PreviewRollout(rollouts), caller, Map.of(), ROLLOUT + "}"));
    assertEquals("rollout_does_not_fit", preview.get("refusal_code"));
    List<Map<String, Object>> excluded = list(preview, "excluded");
    assertEquals(
        List.of("b lacks_dependency", "c must_pass_first", "d downgrade", "e does_not_fit"),
        excluded.stream().map(each -> each.get("device") + " " + each.get("reason")).toList());
    assertEquals(
        List.of(
            "needs bootloader 2 or 3 and has none",
            "has router-os 1.0.9 and must have 1.1 first",
            "has router-os 1.10, which is newer",
            "does not hold: not (name == e)"),
        excluded.stream().map(each -> each.get("detail")).toList());
    assertEquals(4L, number(preview, "excluded_count"));
    assertEquals(
        Map.of("lacks_dependency", 1L, "must_pass_first", 1L, "downgrade", 1L, "does_not_fit", 1L),
        numbers((Map<?, ?>) Objects.requireNonNull(preview.get("excluded_by_reason"))));
    refused(
        RolloutProblem.ROLLOUT_DOES_NOT_FIT,
        () -> call(new CreateRollout(rollouts), caller, Map.of(), ROLLOUT + "}"));
    Map<String, Object> created =
        object(
            201,
            call(
                new CreateRollout(rollouts),
                caller,
                Map.of(),
                ROLLOUT
                    + ",'strategy':{'on_incompatible':'exclude','allow_downgrade':true,"
                    + "'max_concurrent':1}}"));
    assertEquals(
        List.of("b", "c", "e"),
        list(created, "excluded").stream().map(each -> each.get("device")).toList());
    // What a device has is asked again before it is offered anything.
    Map<String, String> path = Map.of("id", text(created, "id"));
    run(caller, path);
    DeviceName first = store.inFlight(caller.tenant()).keySet().iterator().next();
    DeviceName second = new DeviceName(first.value().equals("a") ? "d" : "a");
    installed(caller, second.value(), Map.of("boot", "6", "router-os", "1.1.0"));
    all(caller, Assignment.Status.HEALTHY);
    run(caller, path);
    Map<String, Object> left =
        items(call(new ListRolloutAssignments(rollouts), caller, path, "")).stream()
            .filter(each -> second.value().equals(each.get("device")))
            .findFirst()
            .orElseThrow();
    assertEquals("incompatible", left.get("state"));
    assertEquals("lacks_dependency", left.get("cause"));
    assertEquals("needs bootloader 2 or 3 and has none", left.get("detail"));
    assertEquals(
        "completed", object(200, call(new GetRollout(rollouts), caller, path, "")).get("status"));
  }

  /// A published artifact, as its catalogue stores it.
  private void provided(Caller caller, ArtifactRef ref, Map<String, String> provides) {
    DynamoArtifactStore catalogue = new DynamoArtifactStore(dynamo, "fleet");
    Artifact artifact =
        new Artifact(
            caller.tenant(),
            new ArtifactId(UUID.randomUUID()),
            ref,
            new Manifest.Firmware(),
            List.of(FleetName.DEFAULT),
            new Content("f", 1, Sha256.of(new byte[1]), "incoming"),
            new Terms(
                false,
                Optional.empty(),
                new TreeMap<>(provides),
                new TreeMap<>(),
                List.of(),
                Optional.empty(),
                ""),
            Artifact.State.PUBLISHED,
            Optional.empty(),
            Optional.empty(),
            caller.user(),
            Instant.EPOCH,
            Instant.EPOCH,
            Optional.of(Instant.EPOCH),
            Optional.empty(),
            1);
    assertTrue(catalogue.add(artifact, audit(caller)));
    assertTrue(catalogue.update(artifact, audit(caller)));
  }

  private static AuditEvent audit(Caller caller) {
    return new AuditEvent(
        UUID.randomUUID(), caller.tenant(), Instant.EPOCH, "test", "test", "test", new TreeMap<>());
  }

  private void installed(Caller caller, String name, Map<String, String> versions) {
    SortedMap<String, Inventory.Installed> installed = new TreeMap<>();
    versions.forEach(
        (artifact, version) ->
            installed.put(artifact, new Inventory.Installed(version, Sha256.of(new byte[0]))));
    Device device = devices.findDevice(caller.tenant(), new DeviceName(name)).orElseThrow();
    new RecordInventory(
            devices,
            new DeviceDirectory(devices, new ChangeWatch(devices, clock), clock, Ids.random()),
            clock,
            Ids.random())
        .record(device, new Inventory(installed, Optional.empty()));
  }

  @Test
  void saysInAPreviewWhoWouldGetItWhen() {
    Caller caller = caller();
    group(caller, "a", "b", "c");
    published(caller);
    Map<String, Object> preview =
        object(
            200,
            call(
                new PreviewRollout(rollouts),
                caller,
                Map.of(),
                ROLLOUT
                    + ",'strategy':{'waves':[{'count':1},"
                    + "{'percent':100,'approval':'manual'}]}}"));
    assertFalse(preview.containsKey("refusal"));
    assertEquals(3L, number(preview, "devices"));
    List<Map<String, Object>> waves = list(preview, "waves");
    assertEquals(List.of(1L, 2L), waves.stream().map(w -> number(w, "device_count")).toList());
    assertEquals(List.of(false, true), waves.stream().map(w -> w.get("needs_approval")).toList());
    assertTrue(text(preview, "completes_at").endsWith("Z"));
    assertEquals(List.of(), items(call(new ListRollouts(rollouts), caller, Map.of(), "")));
  }

  @Test
  void takesARolloutFromTheDraftToItsEnd() {
    Caller author = approver(caller());
    Caller other =
        approver(
            new Caller(
                author.tenant(),
                new UserId(UUID.randomUUID()),
                "other@example.com",
                Caller.Credential.SESSION,
                Set.of(),
                new ProductGroupAccess(Set.of(), Map.of())));
    group(author, "a", "b", "c");
    published(author);
    Map<String, Object> created =
        object(
            201,
            call(
                new CreateRollout(rollouts),
                author,
                Map.of(),
                ROLLOUT
                    + ",'name':'nightly','draft':true,'strategy':{'four_eyes':true,'waves':"
                    + "[{'count':1},{'percent':100,'approval':'manual'}]}}"));
    assertEquals("draft", created.get("status"));
    Map<String, String> path = Map.of("id", text(created, "id"));
    Map<String, Object> released =
        object(
            200,
            call(new UpdateRollout(rollouts), author, path, "{'name':'weekly','draft':false}"));
    assertEquals("pending", released.get("status"));
    assertEquals("weekly", released.get("name"));
    refused(
        RolloutProblem.ROLLOUT_NOT_IN_STATE,
        () -> call(new DeleteRollout(rollouts), author, path, ""));
    refused(
        RolloutProblem.ROLLOUT_NOT_IN_STATE,
        () -> call(new ApproveRollout(rollouts), other, path, ""));
    run(author, path);
    assertEquals(1, all(author, Assignment.Status.HEALTHY));
    run(author, path);
    Map<String, Object> waiting = object(200, call(new GetRollout(rollouts), author, path, ""));
    assertEquals("waiting_for_approval", waiting.get("status"));
    assertEquals(1L, number(waiting, "waiting_wave"));
    refused(
        RolloutProblem.ROLLOUT_FOUR_EYES,
        () -> call(new ApproveRollout(rollouts), author, path, ""));
    refused(
        RolloutProblem.ROLLOUT_APPROVAL_STALE,
        () -> call(new ApproveRollout(rollouts), other, path, "{'wave':0}"));
    object(200, call(new ApproveRollout(rollouts), other, path, "{'wave':1}"));
    run(author, path);
    assertEquals(2, all(author, Assignment.Status.ROLLED_BACK));
    run(author, path);
    Map<String, Object> halted = object(200, call(new GetRollout(rollouts), author, path, ""));
    assertEquals("halted", halted.get("status"));
    assertEquals(
        "{rule=failure_rate, wave=1, count=2, of=3, limit=0}", String.valueOf(halted.get("halt")));
    assertEquals(
        Map.of("healthy", 1L, "rolled_back", 2L),
        numbers((Map<?, ?>) Objects.requireNonNull(halted.get("counts"))));
    object(200, call(new ResumeRollout(rollouts), author, path, ""));
    run(author, path);
    assertEquals(
        "completed", object(200, call(new GetRollout(rollouts), author, path, "")).get("status"));
    List<Object> types =
        items(call(new ListRolloutTimeline(rollouts), author, path, "")).stream()
            .map(event -> event.get("type"))
            .toList();
    assertTrue(
        types.containsAll(
            List.of(
                "created", "changed", "released", "approved", "halted", "resumed", "completed")),
        types::toString);
    List<Map<String, Object>> assignments =
        items(call(new ListRolloutAssignments(rollouts), author, path, ""));
    assertEquals(List.of(0L, 1L, 1L), assignments.stream().map(a -> number(a, "wave")).toList());
  }

  @Test
  void abortsAndReverts() {
    Caller caller = approver(caller());
    group(caller, "a");
    published(caller);
    Map<String, String> path = Map.of("id", created(caller, "}"));
    run(caller, path);
    all(caller, Assignment.Status.HEALTHY);
    Map<String, String> waiting =
        Map.of("id", created(caller, ",'start_at':'2999-01-01T00:00:00Z'}"));
    refused(
        BaseProblem.INVALID_FIELD,
        () -> call(new AbortRollout(rollouts), caller, waiting, "{'policy':'maybe'}"));
    assertEquals(
        "aborted",
        object(200, call(new AbortRollout(rollouts), caller, waiting, "")).get("status"));
    Map<String, String> dynamic = Map.of("id", created(caller, ",'strategy':{'dynamic':true}}"));
    run(caller, dynamic);
    all(caller, Assignment.Status.HEALTHY);
    assertEquals(
        "reverting",
        object(200, call(new AbortRollout(rollouts), caller, dynamic, "{'policy':'revert'}"))
            .get("status"));
    run(caller, dynamic);
    assertEquals(1, all(caller, Assignment.Status.ROLLED_BACK));
    run(caller, dynamic);
    assertEquals(
        "reverted", object(200, call(new GetRollout(rollouts), caller, dynamic, "")).get("status"));
  }

  @Test
  void showsNothingOfAnotherTenant() {
    Caller caller = approver(caller());
    group(caller, "a");
    published(caller);
    Map<String, String> path = Map.of("id", created(caller, ",'draft':true}"));
    Caller stranger = approver(caller());
    for (Operation operation :
        List.of(
            new GetRollout(rollouts),
            new UpdateRollout(rollouts),
            new DeleteRollout(rollouts),
            new ApproveRollout(rollouts),
            new ResumeRollout(rollouts),
            new AbortRollout(rollouts),
            new ListRolloutTimeline(rollouts),
            new ListRolloutAssignments(rollouts))) {
      refused(RolloutProblem.ROLLOUT_NOT_FOUND, () -> call(operation, stranger, path, ""));
      refused(
          RolloutProblem.ROLLOUT_NOT_FOUND, () -> call(operation, caller, Map.of("id", "x"), ""));
    }
    for (Operation operation : List.of(new CreateRollout(rollouts), new PreviewRollout(rollouts))) {
      refused(
          RolloutProblem.GROUP_NOT_FOUND, () -> call(operation, stranger, Map.of(), ROLLOUT + "}"));
    }
    assertEquals(List.of(), items(call(new ListRollouts(rollouts), stranger, Map.of(), "")));
    assertEquals(204, call(new DeleteRollout(rollouts), caller, path, "").status());
    refused(
        RolloutProblem.ROLLOUT_NOT_FOUND, () -> call(new GetRollout(rollouts), caller, path, ""));
  }

  @Test
  void pagesTheDevicesOfARollout() {
    Caller caller = approver(caller());
    group(caller, "a", "b", "c");
    published(caller);
    Map<String, String> path = Map.of("id", created(caller, "}"));
    Operation list = new ListRolloutAssignments(rollouts);
    HttpResponse first = list.handle(request(caller, path, Map.of("limit", "2"), ""));
    assertEquals(3L, number(object(200, first), "total"));
    String next = text(object(200, first), "next");
    HttpResponse second =
        list.handle(request(caller, path, Map.of("limit", "2", "cursor", next), ""));
    Set<Object> names = new java.util.HashSet<>();
    items(first).forEach(item -> names.add(item.get("device")));
    items(second).forEach(item -> names.add(item.get("device")));
    assertEquals(Set.of("a", "b", "c"), names);
    assertFalse(object(200, second).containsKey("next"));
    refused(
        BaseProblem.INVALID_CURSOR,
        () -> list.handle(request(caller, path, Map.of("cursor", "zzz"), "")));
    assertEquals(1, items(list.handle(request(caller, path, Map.of("offset", "2"), ""))).size());
  }

  // ---- what the tests are made of

  private FleetStore table() {
    new DynamoTables(dynamo).create(TableDefinition.named("fleet"), "fleet");
    return new DynamoFleetStore(dynamo, "fleet");
  }

  private static Caller caller() {
    return new Caller(
        new TenantId(UUID.randomUUID()),
        new UserId(UUID.randomUUID()),
        "operator@example.com",
        Caller.Credential.SESSION,
        Set.of(Permission.ROLLOUTS_WRITE),
        new ProductGroupAccess(Set.of(), Map.of()));
  }

  private static Caller approver(Caller caller) {
    return new Caller(
        caller.tenant(),
        caller.user(),
        caller.email(),
        caller.credential(),
        Set.of(Permission.ROLLOUTS_WRITE, Permission.ROLLOUTS_APPROVE),
        caller.access());
  }

  private void published(Caller caller) {
    store.putArtifact(
        caller.tenant(), new ArtifactFacts(ARTIFACT, Optional.empty(), false, Map.of()));
  }

  private String created(Caller caller, String rest) {
    return text(
        object(201, call(new CreateRollout(rollouts), caller, Map.of(), ROLLOUT + rest)), "id");
  }

  private void run(Caller caller, Map<String, String> path) {
    assertTrue(runner.run(caller.tenant(), RolloutId.of(Objects.requireNonNull(path.get("id")))));
  }

  /// Every device that is offered something fetches it, and says how it ended.
  private int all(Caller caller, Assignment.Status status) {
    DeviceAssignments assignments = new DeviceAssignments(store, clock);
    int done = 0;
    for (var flying : store.inFlight(caller.tenant()).entrySet()) {
      for (RolloutId id : flying.getValue()) {
        if (assignments.ask(caller.tenant(), id, flying.getKey())
                instanceof DeviceAssignments.Answer.Tell(DeviceAssignments.Told told)
            && assignments.deliver(told)) {
          assignments.report(
              caller.tenant(),
              id,
              flying.getKey(),
              new Assignment.Report(told.assignment().attempt(), status, ""));
          done++;
        }
      }
    }
    return done;
  }

  private void group(Caller caller, String... names) {
    enrolled(caller, names);
    object(
        201,
        call(
            new CreateGroup(groups),
            caller,
            Map.of(),
            "{'name':'plant','selector':'name exists'}"));
  }

  /// Devices that were heard a moment ago.
  private void enrolled(Caller caller, String... names) {
    EnrollTokens.Created token =
        new EnrollTokens(devices, clock, Ids.random(), new SecureRandom())
            .create(
                caller,
                new EnrollTokens.Wish(
                    "",
                    EnrollToken.Binding.toFleet(FleetName.DEFAULT),
                    names.length,
                    Duration.ofHours(1)));
    CertificateIssuer issuer =
        new CertificateIssuer() {
          @Override
          public Sha256 verify(byte[] certificateRequest) {
            return Sha256.of(certificateRequest);
          }

          @Override
          public Issued issue(
              TenantId tenant, FleetName fleetName, DeviceName device, byte[] certificateRequest) {
            return new Issued(
                new DeviceCertificate(
                    new CertificateSerial("1f"), verify(certificateRequest), Instant.now()),
                "",
                "");
          }
        };
    WatcherId watcher = new WatcherId(UUID.randomUUID());
    Instant now = clock.instant();
    for (String name : names) {
      new EnrollDevice(devices, issuer, clock, Ids.random())
          .enroll(
              new EnrollDevice.Request(
                  token.secret().reveal(), new byte[1], new HardwareId(name), Optional.empty()));
      devices.recordPresence(
          List.of(
              new FleetStore.PresenceReport(
                  caller.tenant(),
                  new DeviceName(name),
                  new Presence.Online(now, now, Duration.ofMinutes(10), watcher),
                  watcher,
                  Optional.empty())));
    }
  }

  private static HttpResponse call(
      Operation operation, Caller caller, Map<String, String> path, String body) {
    return operation.handle(request(caller, path, Map.of(), body));
  }

  private static Request request(
      Caller caller, Map<String, String> path, Map<String, String> query, String body) {
    Map<String, List<String>> parameters = new HashMap<>();
    query.forEach((name, value) -> parameters.put(name, List.of(value)));
    return new Request(
        "POST",
        "/",
        path,
        parameters,
        Map.of(),
        body.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        Optional.of(caller),
        "http://localhost",
        "r-1");
  }

  private static void refused(Problem problem, org.junit.jupiter.api.function.Executable call) {
    assertEquals(problem, assertThrows(ProblemException.class, call).problem());
  }

  private static String bad(org.junit.jupiter.api.function.Executable call) {
    ProblemException e = assertThrows(ProblemException.class, call);
    assertEquals(BaseProblem.INVALID_FIELD, e.problem());
    return String.valueOf(e.facts().get("field"));
  }

  private static List<Map<String, Object>> items(HttpResponse response) {
    return list(object(200, response), "items");
  }

  @SuppressWarnings("unchecked") // the lists of these bodies have objects
  private static List<Map<String, Object>> list(Map<String, Object> object, String name) {
    return (List<Map<String, Object>>) Objects.requireNonNull(object.get(name));
  }

  private static Map<String, Object> object(int status, HttpResponse response) {
    assertEquals(status, response.status());
    return switch (response.body()) {
      case HttpResponse.Body.Bytes bytes ->
          Jsonb.builder()
              .build()
              .type(Object.class)
              .map()
              .fromJson(new String(bytes.content(), StandardCharsets.UTF_8));
      case HttpResponse.Body.Stream _ -> throw new AssertionError("a stream");
    };
  }

  private static String text(Map<String, Object> object, String name) {
    return String.valueOf(object.get(name));
  }

  private static long number(Map<String, Object> object, String name) {
    return ((Number) Objects.requireNonNull(object.get(name))).longValue();
  }

  private static Map<String, Long> numbers(Map<?, ?> object) {
    Map<String, Long> numbers = new HashMap<>();
    object.forEach(
        (name, value) -> numbers.put(String.valueOf(name), ((Number) value).longValue()));
    return numbers;
  }
}
