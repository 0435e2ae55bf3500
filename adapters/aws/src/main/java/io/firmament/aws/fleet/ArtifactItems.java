package io.firmament.aws.fleet;

import static io.firmament.aws.fleet.FleetItems.find;
import static io.firmament.aws.fleet.FleetItems.instant;
import static io.firmament.aws.fleet.FleetItems.key;
import static io.firmament.aws.fleet.FleetItems.n;
import static io.firmament.aws.fleet.FleetItems.number;
import static io.firmament.aws.fleet.FleetItems.s;
import static io.firmament.aws.fleet.FleetItems.text;
import static io.firmament.aws.fleet.FleetItems.time;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Severity;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Content;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// How artifacts are written as items.
///
/// | record | pk | sk |
/// | --- | --- | --- |
/// | artifact | `T#<tenant>#ARTIFACT` | id |
/// | whose a name and version are | `T#<tenant>#ARTIFACT-NAME` | name and version |
/// | what is made of a firmware | `T#<tenant>#ARTIFACT-FIRMWARE` | firmware `#` id |
///
/// The first index has an artifact under `T#<tenant>#ARTIFACTS`, milliseconds `#` id; the second,
/// while it is to be looked at some time, under `ARTIFACT-DUE`, milliseconds `#` tenant `#` id.
final class ArtifactItems {
  static final String DUE = "ARTIFACT-DUE";

  private static final JsonType<Object> JSON = Jsonb.builder().build().type(Object.class);

  private ArtifactItems() {}

  static String artifacts(TenantId tenant) {
    return "T#" + tenant + "#ARTIFACT";
  }

  static String newest(TenantId tenant) {
    return "T#" + tenant + "#ARTIFACTS";
  }

  static String names(TenantId tenant) {
    return "T#" + tenant + "#ARTIFACT-NAME";
  }

  static String ofFirmware(TenantId tenant) {
    return "T#" + tenant + "#ARTIFACT-FIRMWARE";
  }

  static String dueKey(Instant at, TenantId tenant, ArtifactId id) {
    return "%015d#%s#%s".formatted(at.toEpochMilli(), tenant, id);
  }

  static ArtifactStore.Due due(Map<String, AttributeValue> item) {
    return new ArtifactStore.Due(
        TenantId.of(text(item, "tenant")), ArtifactId.of(text(item, "id")));
  }

  static Map<String, AttributeValue> name(Artifact artifact) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(
            key(names(artifact.tenant()), RolloutItems.artifactKey(artifact.ref())));
    item.put("id", s(artifact.id().toString()));
    return item;
  }

  static Map<String, AttributeValue> firmware(Artifact artifact, FirmwareId firmware) {
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(ofFirmware(artifact.tenant()), firmware + "#" + artifact.id()));
    item.put("id", s(artifact.id().toString()));
    return item;
  }

  static Map<String, AttributeValue> item(Artifact artifact, long revision) {
    TenantId tenant = artifact.tenant();
    Map<String, AttributeValue> item =
        new LinkedHashMap<>(key(artifacts(tenant), artifact.id().toString()));
    item.put("tenant", s(tenant.toString()));
    item.put("id", s(artifact.id().toString()));
    item.put("name", s(artifact.ref().id()));
    item.put("artifactVersion", s(artifact.ref().version()));
    item.put("kind", s(artifact.manifest().kind().name()));
    item.put("manifest", s(JSON.toJson(ArtifactJson.write(artifact.manifest()))));
    item.put(
        "fleets",
        AttributeValue.fromL(artifact.fleets().stream().map(each -> s(each.value())).toList()));
    item.put("fileName", s(artifact.content().fileName()));
    item.put("length", n(artifact.content().length()));
    item.put("sha256", s(artifact.content().sha256().hex()));
    item.put("source", s(artifact.content().source()));
    item.put("terms", s(JSON.toJson(ArtifactJson.write(artifact.terms()))));
    item.put("state", s(artifact.state().name()));
    artifact.image().ifPresent(image -> put(item, image));
    artifact.sbom().ifPresent(sbom -> put(item, sbom));
    item.put("author", s(artifact.author().toString()));
    item.put("createdAt", time(artifact.createdAt()));
    item.put("changedAt", time(artifact.changedAt()));
    artifact.publishedAt().ifPresent(at -> item.put("publishedAt", time(at)));
    item.put("revision", n(revision));
    item.put("gsi1pk", s(newest(tenant)));
    item.put("gsi1sk", s("%015d#%s".formatted(artifact.createdAt().toEpochMilli(), artifact.id())));
    artifact
        .checkAt()
        .ifPresent(
            at -> {
              item.put("checkAt", time(at));
              item.put("gsi2pk", s(DUE));
              item.put("gsi2sk", s(dueKey(at, tenant, artifact.id())));
            });
    return item;
  }

  private static void put(Map<String, AttributeValue> item, Artifact.Image image) {
    item.put("firmware", s(image.firmware().toString()));
    image.analysis().ifPresent(id -> item.put("analysis", s(id.toString())));
    item.put("open", RolloutItems.numbers(image.open()));
    item.put("closedByVex", RolloutItems.numbers(image.closedByVex()));
  }

  private static void put(Map<String, AttributeValue> item, Artifact.Sbom sbom) {
    item.put("sbomType", s(sbom.mediaType()));
    item.put("sbomSpecification", s(sbom.specification()));
    item.put("sbomComponents", n(sbom.components()));
    item.put("sbomSha256", s(sbom.sha256().hex()));
    item.put("sbomLength", n(sbom.length()));
  }

  static Artifact artifact(Map<String, AttributeValue> item) {
    return new Artifact(
        TenantId.of(text(item, "tenant")),
        ArtifactId.of(text(item, "id")),
        new ArtifactRef(text(item, "name"), text(item, "artifactVersion")),
        ArtifactJson.readManifest(JSON.fromJson(text(item, "manifest"))),
        find(item, "fleets").orElseThrow().l().stream()
            .map(each -> new FleetName(each.s()))
            .toList(),
        new Content(
            text(item, "fileName"),
            number(item, "length"),
            new Sha256(text(item, "sha256")),
            text(item, "source")),
        ArtifactJson.readTerms(JSON.fromJson(text(item, "terms"))),
        Artifact.State.valueOf(text(item, "state")),
        find(item, "firmware").map(_ -> image(item)),
        find(item, "sbomSha256").map(_ -> sbom(item)),
        UserId.of(text(item, "author")),
        instant(item, "createdAt"),
        instant(item, "changedAt"),
        instantIfAny(item, "publishedAt"),
        instantIfAny(item, "checkAt"),
        number(item, "revision"));
  }

  private static Artifact.Image image(Map<String, AttributeValue> item) {
    return new Artifact.Image(
        FirmwareId.of(text(item, "firmware")),
        find(item, "analysis").map(id -> AnalysisId.of(id.s())),
        RolloutItems.numbers(item, "open", Severity.class),
        RolloutItems.numbers(item, "closedByVex", Severity.class));
  }

  private static Artifact.Sbom sbom(Map<String, AttributeValue> item) {
    return new Artifact.Sbom(
        text(item, "sbomType"),
        text(item, "sbomSpecification"),
        Math.toIntExact(number(item, "sbomComponents")),
        new Sha256(text(item, "sbomSha256")),
        number(item, "sbomLength"));
  }

  private static Optional<Instant> instantIfAny(Map<String, AttributeValue> item, String name) {
    return find(item, name).map(_ -> instant(item, name));
  }
}
