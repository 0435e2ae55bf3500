package io.firmament.platform.artifact;

import io.firmament.base.AnalysisId;
import io.firmament.base.ArtifactId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserId;
import io.firmament.base.finding.Severity;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactFacts;
import io.firmament.platform.rollout.ArtifactRef;
import io.firmament.platform.rollout.Invalid;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// One version of an artifact.
///
/// @param ref its name and version, which are one artifact's in a tenant
/// @param fleets which it is published to, by name
/// @param image the firmware that it is, for [Manifest.Firmware]
/// @param publishedAt when it was published; empty before
/// @param checkAt when somebody is to look whether metadata and catalogue agree; empty where they
///     do
/// @param revision counts the changes; a write names the revision it is based on
public record Artifact(
    TenantId tenant,
    ArtifactId id,
    ArtifactRef ref,
    Manifest manifest,
    List<FleetName> fleets,
    Content content,
    Terms terms,
    State state,
    Optional<Image> image,
    Optional<Sbom> sbom,
    UserId author,
    Instant createdAt,
    Instant changedAt,
    Optional<Instant> publishedAt,
    Optional<Instant> checkAt,
    long revision) {
  public static final int MAX_FLEETS = 20;

  /// How long a publication or a withdrawal takes at most, before somebody else goes on with it.
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  /// How long a process that was overtaken by a withdrawal may still sign what is withdrawn.
  private static final Duration STRAGGLERS = Duration.ofHours(1);

  public Artifact {
    fleets = fleets.stream().distinct().sorted(Comparator.comparing(FleetName::value)).toList();
    Invalid.unless(
        !fleets.isEmpty() && fleets.size() <= MAX_FLEETS,
        "fleets",
        "names 1 to " + MAX_FLEETS + " fleets");
  }

  /// Where an artifact stands.
  public enum State {
    /// Its file is to come, or to be looked at.
    DRAFT,
    /// Its file is in place, and it is being signed: some fleets may find it already.
    PUBLISHING,
    /// All of its fleets find it.
    PUBLISHED,
    /// It is being taken back: some fleets may find it still.
    WITHDRAWING,
    /// No fleet finds it.
    WITHDRAWN,
    /// It was given up as a draft; another may have its name and version.
    DISCARDED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The firmware that an artifact is.
  ///
  /// @param analysis whose findings these are; empty before there are any
  /// @param open how many vulnerabilities of each severity it found
  /// @param closedByVex how many more, which VEX documents have closed
  public record Image(
      FirmwareId firmware,
      Optional<AnalysisId> analysis,
      Map<Severity, Integer> open,
      Map<Severity, Integer> closedByVex) {
    public Image {
      open = copy(open);
      closedByVex = copy(closedByVex);
    }

    private static Map<Severity, Integer> copy(Map<Severity, Integer> counts) {
      EnumMap<Severity, Integer> copy = new EnumMap<>(Severity.class);
      copy.putAll(counts);
      return Collections.unmodifiableMap(copy);
    }

    /// Before anything is known of it.
    public static Image of(FirmwareId firmware) {
      return new Image(firmware, Optional.empty(), Map.of(), Map.of());
    }
  }

  /// The SBOM that somebody attached.
  ///
  /// @param mediaType as it was sent
  /// @param specification for example `CycloneDX 1.6` or `SPDX-2.3`
  /// @param components how many it lists
  public record Sbom(
      String mediaType, String specification, int components, Sha256 sha256, long length) {}

  /// The target path for a fleet.
  public String path(FleetName fleet) {
    return ArtifactKeys.path(fleet, ref, content.fileName());
  }

  /// What rollouts may know of it; empty unless it is published.
  public Optional<ArtifactFacts> facts() {
    return state == State.PUBLISHED
        ? Optional.of(
            new ArtifactFacts(
                ref,
                terms.requirements(),
                terms.securityOnly(),
                image.map(Image::open).orElse(Map.of()),
                image.map(Image::closedByVex).orElse(Map.of()),
                image.isEmpty() || image.get().analysis().isPresent()))
        : Optional.empty();
  }

  /// Whether nobody else may have its name and version.
  public boolean holdsName() {
    return state != State.DISCARDED;
  }

  /// The facts that an audit event tells of it.
  SortedMap<String, String> summary() {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("artifact", ref.toString());
    facts.put("kind", manifest.kind().word());
    facts.put("fleets", String.join(",", fleets.stream().map(FleetName::value).toList()));
    facts.put("sha256", content.sha256().hex());
    facts.put("length", String.valueOf(content.length()));
    image.ifPresent(firmware -> facts.put("firmware", firmware.firmware().toString()));
    return facts;
  }

  Artifact publishing(Instant now) {
    return in(State.PUBLISHING, now, publishedAt, Optional.of(now.plus(PATIENCE)));
  }

  Artifact published(Instant now) {
    return in(State.PUBLISHED, now, Optional.of(now), Optional.empty());
  }

  Artifact withdrawing(Instant now) {
    return in(State.WITHDRAWING, now, publishedAt, Optional.of(now.plus(PATIENCE)));
  }

  Artifact withdrawn(Instant now) {
    return in(State.WITHDRAWN, now, publishedAt, Optional.of(now.plus(STRAGGLERS)));
  }

  Artifact discarded(Instant now) {
    return in(State.DISCARDED, now, publishedAt, Optional.empty());
  }

  private Artifact in(
      State next, Instant now, Optional<Instant> published, Optional<Instant> check) {
    return new Artifact(
        tenant, id, ref, manifest, fleets, content, terms, next, image, sbom, author, createdAt,
        now, published, check, revision);
  }

  Artifact with(Terms changed, Instant now) {
    return new Artifact(
        tenant,
        id,
        ref,
        manifest,
        fleets,
        content,
        changed,
        state,
        image,
        sbom,
        author,
        createdAt,
        now,
        publishedAt,
        checkAt,
        revision);
  }

  Artifact with(Sbom attached, Instant now) {
    return new Artifact(
        tenant,
        id,
        ref,
        manifest,
        fleets,
        content,
        terms,
        state,
        image,
        Optional.of(attached),
        author,
        createdAt,
        now,
        publishedAt,
        checkAt,
        revision);
  }

  Artifact with(Image analysed, Instant now) {
    return new Artifact(
        tenant,
        id,
        ref,
        manifest,
        fleets,
        content,
        terms,
        state,
        Optional.of(analysed),
        sbom,
        author,
        createdAt,
        now,
        publishedAt,
        checkAt,
        revision);
  }

  /// As it is stored after a write that is based on this one.
  public Artifact stored() {
    return new Artifact(
        tenant,
        id,
        ref,
        manifest,
        fleets,
        content,
        terms,
        state,
        image,
        sbom,
        author,
        createdAt,
        changedAt,
        publishedAt,
        checkAt,
        revision + 1);
  }
}
