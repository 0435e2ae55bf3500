package io.firmament.rest;

import io.firmament.analysis.sbom.SbomTool;
import io.firmament.base.Ids;
import io.firmament.edge.Authenticator;
import io.firmament.edge.Tokens;
import io.firmament.platform.artifact.AffectedDevices;
import io.firmament.platform.artifact.ArtifactAnalyses;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.platform.artifact.Publishing;
import io.firmament.platform.artifact.RepositoryTargets;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.fleet.Devices;
import io.firmament.platform.fleet.EnrollTokens;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.PasswordHash;
import io.firmament.platform.identity.SecretSource;
import io.firmament.platform.identity.SignIn;
import io.firmament.platform.logs.DeviceLogs;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.rollout.Fleet;
import io.firmament.platform.rollout.Groups;
import io.firmament.platform.rollout.RolloutRunner;
import io.firmament.platform.rollout.Rollouts;
import io.firmament.platform.secret.Envelope;
import io.firmament.platform.trust.Ceremonies;
import io.firmament.platform.trust.RepositoryRenewal;
import io.firmament.platform.trust.TenantRepositories;
import io.firmament.platform.trust.TrustCenter;
import io.firmament.platform.vulnerability.UserVulnerabilities;
import io.firmament.rest.firmware.DocumentImages;
import io.firmament.rest.firmware.FirmwareSbom;
import io.firmament.rest.registry.CatalogueImport;
import io.firmament.tuf.repository.Schedule;
import java.security.SecureRandom;
import java.time.Clock;

/// What operations are made of. Ports come from [Ports], and nothing is connected to before an
/// operation that needs it is built.
public final class Platform {
  /// The version of this build of the platform.
  public static final String VERSION = "0.1.0";

  private final Ports ports;
  private final Clock clock;
  private final Ids ids;
  private final SecureRandom random;

  public Platform(Ports ports, Clock clock, Ids ids, SecureRandom random) {
    this.ports = ports;
    this.clock = clock;
    this.ids = ids;
    this.random = random;
  }

  public Ports ports() {
    return ports;
  }

  public Clock clock() {
    return clock;
  }

  public Ids ids() {
    return ids;
  }

  public IdentityStore identity() {
    return ports.identity();
  }

  public SecretSource secrets() {
    return new SecretSource(random);
  }

  public Tokens tokens() {
    return new Tokens(ports.idTokenKey(), ports.tenantTokenKey(), clock);
  }

  public ApiTokens apiTokens() {
    return new ApiTokens(identity(), secrets(), ids, clock);
  }

  public EnrollTokens enrollTokens() {
    return new EnrollTokens(ports.fleet(), clock, ids, random);
  }

  public Devices devices() {
    return new Devices(ports.fleet(), clock);
  }

  public AffectedDevices affectedDevices() {
    return new AffectedDevices(ports.firmware(), ports.artifacts(), devices());
  }

  public DeviceLogs deviceLogs() {
    return new DeviceLogs(ports.logs(), ports.fleet(), ports.documents(), clock, ids);
  }

  private Fleet fleet() {
    return new Fleet(devices(), ports.rollouts());
  }

  public Groups groups() {
    return new Groups(ports.rollouts(), fleet(), clock, ids);
  }

  public Rollouts rollouts() {
    return new Rollouts(ports.rollouts(), fleet(), clock, ids);
  }

  /// What evaluates rollouts when they are due.
  public RolloutRunner rolloutRunner() {
    return new RolloutRunner(ports.rollouts(), fleet(), clock, ids);
  }

  /// The tenants' TUF repositories.
  public TenantRepositories repositories() {
    return new TenantRepositories(ports.metadata(), ports.onlineKeys(), Schedule.DEFAULT);
  }

  public Ceremonies ceremonies() {
    return new Ceremonies(ports.trust(), ports.onlineKeys(), repositories(), clock, ids);
  }

  public TrustCenter trustCenter() {
    return new TrustCenter(repositories(), clock);
  }

  /// What renews repositories when they are due.
  public RepositoryRenewal repositoryRenewal() {
    return new RepositoryRenewal(ports.trust(), repositories(), clock);
  }

  /// What publishes artifacts and takes them back.
  public Publishing publishing() {
    return new Publishing(
        ports.artifacts(),
        new RepositoryTargets(repositories(), clock),
        ports.rollouts(),
        ports.artifactFiles(),
        ports.uploads(),
        clock,
        ids);
  }

  public Registries registries() {
    return new Registries(
        ports.registries(),
        new Envelope(ports.registryKeys(), random),
        ports.registryAccess(),
        new CatalogueImport(ports.artifacts(), artifacts()),
        clock,
        ids);
  }

  public Artifacts artifacts() {
    return new Artifacts(
        ports.artifacts(),
        publishing(),
        artifactAnalyses(),
        new Artifacts.Outside(
            ports.identity(), ports.firmware(), images(), ports.artifactFiles(), ports.uploads()),
        clock,
        ids);
  }

  /// What analyses, and VEX documents, say of images.
  public DocumentImages images() {
    return new DocumentImages(ports.documents(), vexDocuments());
  }

  /// What brings that to the artifacts made of them.
  public ArtifactAnalyses artifactAnalyses() {
    return new ArtifactAnalyses(ports.artifacts(), clock, ids);
  }

  public FirmwareSbom firmwareSbom() {
    return new FirmwareSbom(
        ports.firmware(), ports.documents(), new SbomTool("Firmament", "Firmament", VERSION));
  }

  public VexDocuments vexDocuments() {
    return new VexDocuments(ports.firmware(), ports.documents());
  }

  public UserVulnerabilities userVulnerabilities() {
    return new UserVulnerabilities(ports.userVulnerabilities(), ports.documents(), clock, ids);
  }

  public SignIn signIn() {
    return new SignIn(identity(), new PasswordHash(random), clock);
  }

  public Authenticator authenticator() {
    return new Authenticator(identity(), apiTokens(), tokens(), clock);
  }
}
