package io.firmament.aws.artifact;

import io.firmament.aws.AwsUnderTest;
import io.firmament.aws.S3ObjectStore;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.fleet.DynamoFleetStore;
import io.firmament.aws.fleet.DynamoRolloutStore;
import io.firmament.aws.tuf.S3MetadataStores;
import io.firmament.base.ArtifactId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.RolloutId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactKeys;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.artifact.Publishing;
import io.firmament.platform.artifact.RepositoryTargets;
import io.firmament.platform.artifact.SignedTargets;
import io.firmament.platform.artifact.Terms;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.fleet.FleetStore;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Command;
import io.firmament.platform.rollout.Creation;
import io.firmament.platform.rollout.Group;
import io.firmament.platform.rollout.Plan;
import io.firmament.platform.rollout.Rollout;
import io.firmament.platform.rollout.RolloutEvent;
import io.firmament.platform.rollout.RolloutJson;
import io.firmament.platform.rollout.RolloutStore;
import io.firmament.platform.rollout.Selector;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.SoftwareKeys;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.trust.Signer;
import io.firmament.trust.SoftwareSigner;
import io.firmament.tuf.Metadata;
import io.firmament.tuf.Role;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.RoleSignature;
import io.firmament.tuf.Root;
import io.firmament.tuf.repository.MetadataStore;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Signers;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/// A catalogue over real stores: DynamoDB, S3, and a TUF repository in S3 with software keys.
final class TestCatalogue implements AutoCloseable {
  static final FleetName PLANT = new FleetName("plant-7");
  static final FleetName LAB = new FleetName("lab");

  private final AwsUnderTest aws = AwsUnderTest.start();
  private final DynamoDbClient dynamo = aws.dynamo();
  private final S3Client s3 = aws.s3();
  private final String table = aws.table(dynamo, "fleet");
  private final String bucket = aws.bucket(s3);
  final ArtifactStore store = new DynamoArtifactStore(dynamo, table);
  final RolloutStore rollouts = new DynamoRolloutStore(dynamo, table);
  final FleetStore fleet = new DynamoFleetStore(dynamo, table);
  final ObjectStore artifacts = new S3ObjectStore(s3, aws.presigner(), bucket);
  final ObjectStore uploads = new S3ObjectStore(s3, aws.presigner(), aws.bucket(s3));
  final Clock clock;
  final Ids ids = Ids.random();

  private final SoftwareSigner offline = SoftwareSigner.generate();
  private final OnlineKeys keys = SoftwareKeys.inMemory();

  TestCatalogue(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void close() {
    aws.close();
  }

  static TenantId tenant() {
    return new TenantId(UUID.randomUUID());
  }

  // ---- signing

  /// A tenant whose key ceremony is done, with keys for both fleets.
  TenantId begun() {
    TenantId tenant = tenant();
    for (OnlineRole role :
        List.of(
            OnlineRole.FRESHNESS,
            OnlineRole.PUBLISHER,
            OnlineRole.DIRECTOR,
            OnlineRole.of(PLANT),
            OnlineRole.of(LAB),
            OnlineRole.of(FleetName.DEFAULT))) {
      keys.ensure(tenant, role);
    }
    Root root =
        Root.create(
            clock.instant().plus(Schedule.DEFAULT.root().lifetime()),
            Map.of(
                RoleName.ROOT, assign(offline),
                RoleName.TARGETS, assign(offline),
                RoleName.SNAPSHOT, assign(keys.ensure(tenant, OnlineRole.FRESHNESS)),
                RoleName.TIMESTAMP, assign(keys.ensure(tenant, OnlineRole.FRESHNESS))));
    Outcome outcome =
        repositories(UnaryOperator.identity())
            .of(tenant)
            .begin(
                signed(root),
                signed(
                    Publisher.firstTargets(
                        clock.instant().plus(Schedule.DEFAULT.targets().lifetime()),
                        assign(keys.ensure(tenant, OnlineRole.PUBLISHER)),
                        assign(keys.ensure(tenant, OnlineRole.DIRECTOR)))),
                clock.instant());
    if (!(outcome instanceof Outcome.Published)) {
      throw new AssertionError(outcome);
    }
    return tenant;
  }

  private <R extends Role> Metadata<R> signed(R role) {
    Metadata<R> unsigned = Metadata.unsigned(role);
    return unsigned.with(
        new RoleSignature(
            Signers.keyOf(offline).id(),
            HexFormat.of().formatHex(offline.sign(unsigned.signedBytes()))));
  }

  private static Root.Assignment assign(Signer signer) {
    return new Root.Assignment(List.of(Signers.keyOf(signer)), 1);
  }

  private TenantRepositories repositories(UnaryOperator<MetadataStore> through) {
    MetadataStores stores = new S3MetadataStores(s3, bucket);
    return new TenantRepositories(
        tenant -> through.apply(stores.of(tenant)), keys, Schedule.DEFAULT);
  }

  SignedTargets signing() {
    return signing(UnaryOperator.identity());
  }

  /// The same, whose metadata goes through something.
  SignedTargets signing(UnaryOperator<MetadataStore> through) {
    return new RepositoryTargets(repositories(through), clock);
  }

  Publishing publishing() {
    return new Publishing(store, signing(), rollouts, artifacts, uploads, clock, ids);
  }

  // ---- artifacts

  /// A draft whose file has arrived.
  Artifact uploaded(TenantId tenant, String version, byte[] content, FleetName... to) {
    Artifact draft = draft(tenant, "router-os", version, content, to);
    add(draft);
    uploads.write(draft.content().source(), "application/octet-stream", content);
    return draft;
  }

  /// A draft whose file has arrived, and which provides something.
  Artifact providing(TenantId tenant, String name, String version, Map<String, String> provides) {
    byte[] content = {1};
    Artifact plain = draft(tenant, name, version, content);
    Terms terms =
        new Terms(
            false,
            Optional.empty(),
            new TreeMap<>(provides),
            new TreeMap<>(),
            List.of(),
            Optional.empty(),
            "");
    Artifact draft =
        new Artifact(
            tenant,
            plain.id(),
            plain.ref(),
            plain.manifest(),
            plain.fleets(),
            plain.content(),
            terms,
            plain.state(),
            plain.image(),
            plain.sbom(),
            plain.author(),
            plain.createdAt(),
            plain.changedAt(),
            plain.publishedAt(),
            plain.checkAt(),
            plain.revision());
    add(draft);
    uploads.write(draft.content().source(), "application/octet-stream", content);
    return draft;
  }

  void add(Artifact artifact) {
    if (!store.add(artifact, audit(artifact.tenant(), "artifact.created"))) {
      throw new AssertionError("not added: " + artifact);
    }
  }

  Artifact draft(
      TenantId tenant, String name, String version, byte[] content, FleetName... fleetNames) {
    return draft(
        tenant, new ArtifactRef(name, version), new Manifest.Firmware(), content, fleetNames);
  }

  Artifact draft(
      TenantId tenant,
      ArtifactRef ref,
      Manifest manifest,
      byte[] content,
      FleetName... fleetNames) {
    ArtifactId id = new ArtifactId(ids.next());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return new Artifact(
        tenant,
        id,
        ref,
        manifest,
        fleetNames.length == 0 ? List.of(FleetName.DEFAULT) : List.of(fleetNames),
        new Content(
            "firmware.bin", content.length, Sha256.of(content), ArtifactKeys.incoming(tenant, id)),
        Terms.none(),
        Artifact.State.DRAFT,
        manifest instanceof Manifest.Firmware
            ? Optional.of(Artifact.Image.of(new FirmwareId(ids.next())))
            : Optional.empty(),
        Optional.empty(),
        new UserId(new UUID(0, 7)),
        now,
        now,
        Optional.empty(),
        Optional.empty(),
        1);
  }

  /// Marked as a withdrawal marks it that was stopped right after.
  Artifact withdrawing(Artifact artifact) {
    Artifact marked =
        new Artifact(
            artifact.tenant(),
            artifact.id(),
            artifact.ref(),
            artifact.manifest(),
            artifact.fleets(),
            artifact.content(),
            artifact.terms(),
            Artifact.State.WITHDRAWING,
            artifact.image(),
            artifact.sbom(),
            artifact.author(),
            artifact.createdAt(),
            artifact.changedAt(),
            artifact.publishedAt(),
            Optional.of(clock.instant().truncatedTo(ChronoUnit.MILLIS)),
            artifact.revision());
    if (!store.update(marked, audit(artifact.tenant(), "artifact.withdrawing"))) {
      throw new AssertionError("not marked: " + artifact);
    }
    return marked;
  }

  // ---- rollouts

  /// One that is pending, to no devices.
  Rollout rollout(ArtifactRef artifact, TenantId tenant) {
    Rollout.Wish wish =
        RolloutJson.readWish(
            Map.of(
                "artifact", Map.of("id", artifact.id(), "version", artifact.version()),
                "group", "plant",
                "probe", Map.of("type", "file", "path", "/run/ok"),
                "strategy", Map.of("dynamic", true)));
    return Creation.of(
            new Creation.Moment(
                new RolloutId(ids.next()),
                new UserId(new UUID(0, 7)),
                clock.instant().truncatedTo(ChronoUnit.MILLIS)),
            wish,
            new Group(
                tenant,
                wish.group(),
                FleetName.DEFAULT,
                "",
                new Group.Membership.Selected(Selector.parse("name exists")),
                clock.instant(),
                1),
            new ArtifactFacts(artifact, Optional.empty(), false, Map.of()),
            List.of())
        .state()
        .rollout();
  }

  boolean add(Rollout rollout) {
    return rollouts.addRollout(
        rollout,
        new Plan(List.of(List.of())),
        event(rollout, RolloutEvent.Kind.CREATED),
        audit(rollout.tenant(), "rollout.created"));
  }

  void abort(Rollout rollout) {
    Rollout.Status before = rollout.progress().status();
    Command.Change change =
        new Command.Abort(Command.Policy.REVERT)
            .on(
                rollouts.loadRollout(rollout.tenant(), rollout.id()).orElseThrow(),
                rollout.author());
    if (!rollouts.update(
        change.rollout(),
        event(rollout, change.kind()),
        audit(rollout.tenant(), "rollout.aborted"))) {
      throw new AssertionError("not aborted while " + before);
    }
  }

  private RolloutEvent event(Rollout rollout, RolloutEvent.Kind kind) {
    return new RolloutEvent(
        ids.next(),
        rollout.tenant(),
        rollout.id(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        kind,
        "user:x",
        new TreeMap<>());
  }

  AuditEvent audit(TenantId tenant, String action) {
    return new AuditEvent(
        ids.next(),
        tenant,
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        "user:x",
        action,
        "artifact:x",
        new TreeMap<>());
  }

  /// The whole audit trail.
  List<AuditEvent> audits(TenantId tenant) {
    List<AuditEvent> all = new ArrayList<>();
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    while (true) {
      Page<AuditEvent> page = fleet.auditEvents(tenant, request);
      all.addAll(page.items());
      if (page.next().isEmpty()) {
        return all;
      }
      request = request.after(page.next().get());
    }
  }
}
