package io.firmament.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.firmament.aws.AwsClients;
import io.firmament.aws.fleet.DynamoArtifactStore;
import io.firmament.aws.tuf.S3MetadataStores;
import io.firmament.base.TenantId;
import io.firmament.engines.DynamoEngine;
import io.firmament.platform.fleet.FleetName;
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
import io.firmament.tuf.Targets;
import io.firmament.tuf.repository.Director;
import io.firmament.tuf.repository.Outcome;
import io.firmament.tuf.repository.Publisher;
import io.firmament.tuf.repository.Schedule;
import io.firmament.tuf.repository.Signers;
import io.firmament.tuf.repository.TufRepository;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The director signs with the key that the published targets trust, whichever others there are.
class TenantDirectorsTest {
  private final TestBucket bucket = new TestBucket();
  private final DynamoEngine engine = DynamoEngine.inMemory();
  private final AwsClients clients =
      AwsClients.pooled(
          Map.of(
              "AWS_REGION", "eu-central-1",
              "AWS_ACCESS_KEY_ID", "test",
              "AWS_SECRET_ACCESS_KEY", "test",
              "AWS_ENDPOINT_URL", engine.endpoint().toString()),
          2);
  private final OnlineKeys keys = SoftwareKeys.inMemory();
  private final TenantRepositories repositories =
      new TenantRepositories(
          new S3MetadataStores(bucket.s3(), TestBucket.NAME), keys, Schedule.DEFAULT);
  private final TenantDirectors directors =
      new TenantDirectors(repositories, new DynamoArtifactStore(clients.dynamo(), "fleet"), keys);
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final SoftwareSigner offline = SoftwareSigner.generate();
  private final Instant now = Instant.now();

  @AfterEach
  void end() {
    clients.close();
    engine.close();
    bucket.close();
  }

  private static Root.Assignment assign(Signer signer) {
    return new Root.Assignment(List.of(Signers.keyOf(signer)), 1);
  }

  private <R extends Role> Metadata<R> signed(R role) {
    Metadata<R> unsigned = Metadata.unsigned(role);
    byte[] signature = offline.sign(unsigned.signedBytes());
    return unsigned.with(
        new RoleSignature(Signers.keyOf(offline).id(), HexFormat.of().formatHex(signature)));
  }

  private void begin() {
    Instant expires = now.plus(Duration.ofDays(365));
    Root.Assignment freshness = assign(keys.ensure(tenant, OnlineRole.FRESHNESS));
    Root root =
        Root.create(
            expires,
            Map.of(
                RoleName.ROOT,
                assign(offline),
                RoleName.TARGETS,
                assign(offline),
                RoleName.SNAPSHOT,
                freshness,
                RoleName.TIMESTAMP,
                freshness));
    Targets targets =
        Publisher.firstTargets(
            expires,
            assign(keys.ensure(tenant, OnlineRole.PUBLISHER)),
            assign(keys.ensure(tenant, OnlineRole.DIRECTOR)));
    assertInstanceOf(
        Outcome.Published.class, repositories.of(tenant).begin(signed(root), signed(targets), now));
  }

  private void trust(Signer director) {
    TufRepository repository = repositories.of(tenant);
    Targets next =
        repository
            .head()
            .orElseThrow()
            .role(RoleName.TARGETS)
            .orElseThrow()
            .next(now.plus(Duration.ofDays(365)), repository.nextTargetsVersion());
    assertInstanceOf(
        Outcome.Published.class,
        repository.publishTargets(signed(Director.delegateTo(next, assign(director))), now));
  }

  private DirectorSigner.Said said() {
    return directors.said(tenant, FleetName.DEFAULT);
  }

  @Test
  void theKeyChangesWithThePublishedTargetsAndNotBefore() {
    assertEquals(DirectorSigner.Said.nothing(), said());
    begin();
    Signer first = said().director().orElseThrow();
    Signer second = keys.make(tenant, OnlineRole.DIRECTOR, 2).held().orElseThrow();
    assertEquals(first.keyId(), said().director().orElseThrow().keyId());

    trust(second);

    assertNotEquals(first.keyId(), second.keyId());
    assertEquals(second.keyId(), said().director().orElseThrow().keyId());
    assertEquals(Set.of(Signers.keyOf(second).id()), said().directors());
  }

  @Test
  void aTrustedKeyThatIsNotHereIsStillTheOneThatDevicesBelieve() {
    begin();
    SoftwareSigner elsewhere = SoftwareSigner.generate();

    trust(elsewhere);

    assertEquals(Optional.empty(), said().director());
    assertEquals(Set.of(Signers.keyOf(elsewhere).id()), said().directors());
  }
}
