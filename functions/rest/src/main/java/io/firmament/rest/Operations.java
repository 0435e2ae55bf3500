package io.firmament.rest;

import io.firmament.edge.Operation;
import io.firmament.edge.OperationCatalogue;
import io.firmament.platform.fleet.DecommissionDevice;
import io.firmament.rest.artifact.CompleteArtifact;
import io.firmament.rest.artifact.CreateArtifact;
import io.firmament.rest.artifact.GetArtifact;
import io.firmament.rest.artifact.GetArtifactSbom;
import io.firmament.rest.artifact.ListArtifacts;
import io.firmament.rest.artifact.PutArtifactSbom;
import io.firmament.rest.artifact.SendArtifact;
import io.firmament.rest.artifact.UpdateArtifact;
import io.firmament.rest.artifact.WithdrawArtifact;
import io.firmament.rest.firmware.DownloadFirmwareFile;
import io.firmament.rest.firmware.DownloadSbom;
import io.firmament.rest.firmware.DownloadVex;
import io.firmament.rest.firmware.GetFirmwareChange;
import io.firmament.rest.firmware.GetSbomQuality;
import io.firmament.rest.firmware.ImportVex;
import io.firmament.rest.firmware.ListChanges;
import io.firmament.rest.firmware.ListFirmwareChanges;
import io.firmament.rest.firmware.ListVexDocuments;
import io.firmament.rest.fleet.CreateEnrollToken;
import io.firmament.rest.fleet.DeleteDevice;
import io.firmament.rest.fleet.DeleteEnrollToken;
import io.firmament.rest.fleet.DownloadDeviceLogs;
import io.firmament.rest.fleet.GetDevice;
import io.firmament.rest.fleet.GetDeviceLogs;
import io.firmament.rest.fleet.ListDeviceHistory;
import io.firmament.rest.fleet.ListDeviceLogs;
import io.firmament.rest.fleet.ListDevices;
import io.firmament.rest.fleet.ListEnrollTokens;
import io.firmament.rest.fleet.RequestDeviceLogs;
import io.firmament.rest.identity.Authorize;
import io.firmament.rest.identity.CreateApiToken;
import io.firmament.rest.identity.DeleteApiToken;
import io.firmament.rest.identity.FleetLogin;
import io.firmament.rest.identity.FleetLogout;
import io.firmament.rest.identity.FleetMe;
import io.firmament.rest.identity.GetVersion;
import io.firmament.rest.identity.IdTokenPublicKey;
import io.firmament.rest.identity.IssueTenantToken;
import io.firmament.rest.identity.ListApiTokens;
import io.firmament.rest.identity.Login;
import io.firmament.rest.identity.TenantTokenPublicKey;
import io.firmament.rest.pages.OpenComparePage;
import io.firmament.rest.pages.OpenCvesPage;
import io.firmament.rest.pages.OpenFirmwarePage;
import io.firmament.rest.pages.OpenIssuesPage;
import io.firmament.rest.registry.CheckRegistry;
import io.firmament.rest.registry.CreateRegistry;
import io.firmament.rest.registry.DeleteRegistry;
import io.firmament.rest.registry.GetRegistry;
import io.firmament.rest.registry.GetRegistryImage;
import io.firmament.rest.registry.ImportRegistryImages;
import io.firmament.rest.registry.ListRegistries;
import io.firmament.rest.registry.ListRegistryRepositories;
import io.firmament.rest.registry.ListRegistryTags;
import io.firmament.rest.registry.UpdateRegistry;
import io.firmament.rest.rollout.AbortRollout;
import io.firmament.rest.rollout.ApproveRollout;
import io.firmament.rest.rollout.CreateGroup;
import io.firmament.rest.rollout.CreateRollout;
import io.firmament.rest.rollout.DeleteGroup;
import io.firmament.rest.rollout.DeleteRollout;
import io.firmament.rest.rollout.GetGroup;
import io.firmament.rest.rollout.GetRollout;
import io.firmament.rest.rollout.ListGroups;
import io.firmament.rest.rollout.ListRolloutAssignments;
import io.firmament.rest.rollout.ListRolloutTimeline;
import io.firmament.rest.rollout.ListRollouts;
import io.firmament.rest.rollout.PreviewRollout;
import io.firmament.rest.rollout.ResumeRollout;
import io.firmament.rest.rollout.UpdateGroup;
import io.firmament.rest.rollout.UpdateRollout;
import io.firmament.rest.trust.GetCeremony;
import io.firmament.rest.trust.GetTrust;
import io.firmament.rest.trust.GetTrustRoot;
import io.firmament.rest.trust.PrepareCeremony;
import io.firmament.rest.trust.SubmitRoot;
import io.firmament.rest.trust.SubmitTargets;
import io.firmament.rest.vulnerability.CreateUserVulnerability;
import io.firmament.rest.vulnerability.DeleteUserVulnerability;
import io.firmament.rest.vulnerability.GetUserVulnerability;
import io.firmament.rest.vulnerability.ListUserVulnerabilities;
import io.firmament.rest.vulnerability.ReplaceUserVulnerability;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which class is which operation, written by hand: the one place where REST operations are put
/// together. To add an operation, add its line to the map of its area.
public final class Operations implements OperationCatalogue {
  private static final Map<String, Function<Platform, Operation>> IDENTITY =
      Map.ofEntries(
          Map.entry("login", p -> new Login()),
          Map.entry("authorize", p -> new Authorize(p.signIn(), p.identity(), p.tokens())),
          Map.entry("issueTenantToken", p -> new IssueTenantToken(p.identity(), p.tokens())),
          Map.entry("idTokenPublicKey", p -> new IdTokenPublicKey(p.tokens())),
          Map.entry("tenantTokenPublicKey", p -> new TenantTokenPublicKey(p.tokens())),
          Map.entry("getVersion", p -> new GetVersion(Platform.VERSION)),
          Map.entry("createApiToken", p -> new CreateApiToken(p.apiTokens())),
          Map.entry("listApiTokens", p -> new ListApiTokens(p.apiTokens())),
          Map.entry("deleteApiToken", p -> new DeleteApiToken(p.apiTokens())),
          Map.entry(
              "fleetLogin", p -> new FleetLogin(p.signIn(), p.identity(), p.secrets(), p.clock())),
          Map.entry("fleetLogout", p -> new FleetLogout(p.identity())),
          Map.entry("fleetMe", p -> new FleetMe(p.identity())),
          Map.entry("openFirmwarePage", p -> new OpenFirmwarePage()),
          Map.entry("openIssuesPage", p -> new OpenIssuesPage()),
          Map.entry("openCvesPage", p -> new OpenCvesPage()),
          Map.entry("openComparePage", p -> new OpenComparePage()));

  private static final Map<String, Function<Platform, Operation>> FIRMWARE =
      Map.of(
          "downloadSbom", p -> new DownloadSbom(p.ports().firmware(), p.firmwareSbom()),
          "getSbomQuality",
              p ->
                  new GetSbomQuality(p.ports().firmware(), p.ports().documents(), p.firmwareSbom()),
          "importVex",
              p ->
                  new ImportVex(
                      p.ports().firmware(),
                      p.ports().documents(),
                      p.firmwareSbom(),
                      p.vexDocuments(),
                      p.images(),
                      p.artifactAnalyses(),
                      p.clock()),
          "listVexDocuments", p -> new ListVexDocuments(p.ports().firmware(), p.vexDocuments()),
          "downloadVex",
              p -> new DownloadVex(p.ports().firmware(), p.ports().documents(), p.firmwareSbom()),
          "listFirmwareChanges",
              p -> new ListFirmwareChanges(p.ports().firmware(), p.ports().monitoring()),
          "listChanges", p -> new ListChanges(p.ports().firmware(), p.ports().monitoring()),
          "getFirmwareChange",
              p ->
                  new GetFirmwareChange(
                      p.ports().firmware(), p.ports().monitoring(), p.ports().documents()),
          "downloadFirmwareFile",
              p -> new DownloadFirmwareFile(p.ports().firmware(), p.ports().documents()));

  private static final Map<String, Function<Platform, Operation>> VULNERABILITY =
      Map.of(
          "createUserVulnerability", p -> new CreateUserVulnerability(p.userVulnerabilities()),
          "listUserVulnerabilities", p -> new ListUserVulnerabilities(p.userVulnerabilities()),
          "getUserVulnerability", p -> new GetUserVulnerability(p.userVulnerabilities()),
          "replaceUserVulnerability", p -> new ReplaceUserVulnerability(p.userVulnerabilities()),
          "deleteUserVulnerability", p -> new DeleteUserVulnerability(p.userVulnerabilities()));

  private static final Map<String, Function<Platform, Operation>> FLEET =
      Map.ofEntries(
          Map.entry("createEnrollToken", p -> new CreateEnrollToken(p.enrollTokens(), p.clock())),
          Map.entry("listEnrollTokens", p -> new ListEnrollTokens(p.enrollTokens(), p.clock())),
          Map.entry("deleteEnrollToken", p -> new DeleteEnrollToken(p.enrollTokens())),
          Map.entry("listDevices", p -> new ListDevices(p.devices(), p.affectedDevices())),
          Map.entry("getDevice", p -> new GetDevice(p.devices())),
          Map.entry("listDeviceHistory", p -> new ListDeviceHistory(p.devices())),
          Map.entry(
              "deleteDevice",
              p -> new DeleteDevice(new DecommissionDevice(p.ports().fleet(), p.clock(), p.ids()))),
          Map.entry("requestDeviceLogs", p -> new RequestDeviceLogs(p.deviceLogs(), p.clock())),
          Map.entry("listDeviceLogs", p -> new ListDeviceLogs(p.deviceLogs(), p.clock())),
          Map.entry("getDeviceLogs", p -> new GetDeviceLogs(p.deviceLogs(), p.clock())),
          Map.entry("downloadDeviceLogs", p -> new DownloadDeviceLogs(p.deviceLogs())));

  private static final Map<String, Function<Platform, Operation>> ROLLOUT =
      Map.ofEntries(
          Map.entry("createGroup", p -> new CreateGroup(p.groups())),
          Map.entry("listGroups", p -> new ListGroups(p.groups())),
          Map.entry("getGroup", p -> new GetGroup(p.groups())),
          Map.entry("updateGroup", p -> new UpdateGroup(p.groups())),
          Map.entry("deleteGroup", p -> new DeleteGroup(p.groups())),
          Map.entry("createRollout", p -> new CreateRollout(p.rollouts())),
          Map.entry("previewRollout", p -> new PreviewRollout(p.rollouts())),
          Map.entry("listRollouts", p -> new ListRollouts(p.rollouts())),
          Map.entry("getRollout", p -> new GetRollout(p.rollouts())),
          Map.entry("updateRollout", p -> new UpdateRollout(p.rollouts())),
          Map.entry("deleteRollout", p -> new DeleteRollout(p.rollouts())),
          Map.entry("approveRollout", p -> new ApproveRollout(p.rollouts())),
          Map.entry("resumeRollout", p -> new ResumeRollout(p.rollouts())),
          Map.entry("abortRollout", p -> new AbortRollout(p.rollouts())),
          Map.entry("listRolloutTimeline", p -> new ListRolloutTimeline(p.rollouts())),
          Map.entry("listRolloutAssignments", p -> new ListRolloutAssignments(p.rollouts())));

  private static final Map<String, Function<Platform, Operation>> TRUST =
      Map.of(
          "getTrust", p -> new GetTrust(p.trustCenter()),
          "getTrustRoot", p -> new GetTrustRoot(p.trustCenter()),
          "prepareCeremony", p -> new PrepareCeremony(p.ceremonies()),
          "getCeremony", p -> new GetCeremony(p.ceremonies()),
          "submitRoot", p -> new SubmitRoot(p.ceremonies()),
          "submitTargets", p -> new SubmitTargets(p.ceremonies()));

  private static final Map<String, Function<Platform, Operation>> ARTIFACT =
      Map.of(
          "createArtifact", p -> new CreateArtifact(p.artifacts()),
          "listArtifacts", p -> new ListArtifacts(p.artifacts()),
          "getArtifact", p -> new GetArtifact(p.artifacts()),
          "updateArtifact", p -> new UpdateArtifact(p.artifacts()),
          "sendArtifact", p -> new SendArtifact(p.artifacts()),
          "completeArtifact", p -> new CompleteArtifact(p.artifacts()),
          "withdrawArtifact", p -> new WithdrawArtifact(p.artifacts()),
          "putArtifactSbom", p -> new PutArtifactSbom(p.artifacts()),
          "getArtifactSbom",
              p ->
                  new GetArtifactSbom(
                      p.artifacts(),
                      p.ports().firmware(),
                      p.ports().artifactFiles(),
                      p.firmwareSbom()));

  private static final Map<String, Function<Platform, Operation>> REGISTRY =
      Map.ofEntries(
          Map.entry("createRegistry", p -> new CreateRegistry(p.registries())),
          Map.entry("listRegistries", p -> new ListRegistries(p.registries())),
          Map.entry("getRegistry", p -> new GetRegistry(p.registries())),
          Map.entry("updateRegistry", p -> new UpdateRegistry(p.registries())),
          Map.entry("deleteRegistry", p -> new DeleteRegistry(p.registries())),
          Map.entry("checkRegistry", p -> new CheckRegistry(p.registries())),
          Map.entry("listRegistryRepositories", p -> new ListRegistryRepositories(p.registries())),
          Map.entry("listRegistryTags", p -> new ListRegistryTags(p.registries())),
          Map.entry("getRegistryImage", p -> new GetRegistryImage(p.registries())),
          Map.entry("importRegistryImages", p -> new ImportRegistryImages(p.registries())));

  private static final Map<String, Function<Platform, Operation>> ALL =
      Stream.of(IDENTITY, FIRMWARE, VULNERABILITY, FLEET, ROLLOUT, TRUST, ARTIFACT, REGISTRY)
          .flatMap(area -> area.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private final Platform platform;
  private final Map<String, Operation> built = new ConcurrentHashMap<>();

  public Operations(Platform platform) {
    this.platform = platform;
  }

  @Override
  public Optional<Operation> find(String operationId) {
    return Optional.ofNullable(ALL.get(operationId))
        .map(make -> built.computeIfAbsent(operationId, id -> make.apply(platform)));
  }

  /// The operations there are, for the check against the contract.
  public static Set<String> ids() {
    return ALL.keySet();
  }
}
