package io.firmament.platform.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.base.finding.Severity;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.fleet.AuditEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Brings what an analysis found to the artifacts that are made of the image, so that the gate
/// before a rollout judges by it. It may be told again, at any time, and in any order with the
/// creation and the publication of an artifact.
public final class ArtifactAnalyses {
  private static final Log LOG = Log.of(ArtifactAnalyses.class);
  private static final int ATTEMPTS = 16;

  private final ArtifactStore store;
  private final Clock clock;
  private final Ids ids;

  public ArtifactAnalyses(ArtifactStore store, Clock clock, Ids ids) {
    this.store = store;
    this.clock = clock;
    this.ids = ids;
  }

  /// Whether any artifact is made of the image.
  public boolean concern(AnalysisKey key) {
    return !store.ofFirmware(key.tenant(), key.firmware()).isEmpty();
  }

  /// Notes a complete analysis at all artifacts of its firmware.
  public void record(ImageAnalysis analysis) {
    store.ofFirmware(analysis.tenant(), analysis.firmware()).forEach(id -> note(id, analysis));
  }

  private void note(ArtifactId id, ImageAnalysis analysis) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Artifact> found = store.find(analysis.tenant(), id);
      if (found.filter(Artifact::holdsName).isEmpty() || isKnown(found.get(), analysis)) {
        return;
      }
      Artifact artifact = found.get();
      if (!artifact.content().sha256().equals(analysis.sha256())) {
        LOG.warn("artifact_is_another_image", "artifact", id, "analysis", analysis.analysis());
        return;
      }
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      Artifact.Image image =
          new Artifact.Image(
              analysis.firmware(),
              Optional.of(analysis.analysis()),
              analysis.open(),
              analysis.closedByVex());
      if (store.update(artifact.with(image, now), audit(artifact, image, now))) {
        LOG.info("artifact_analysed", "artifact", id, "analysis", analysis.analysis());
        return;
      }
    }
    throw new IllegalStateException("artifact " + id + " changed all the time");
  }

  private static boolean isKnown(Artifact artifact, ImageAnalysis analysis) {
    return artifact
        .image()
        .filter(image -> image.analysis().equals(Optional.of(analysis.analysis())))
        .filter(image -> image.open().equals(analysis.open()))
        .filter(image -> image.closedByVex().equals(analysis.closedByVex()))
        .isPresent();
  }

  private AuditEvent audit(Artifact artifact, Artifact.Image image, Instant now) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("artifact", artifact.ref().toString());
    facts.put("firmware", image.firmware().toString());
    image.analysis().ifPresent(analysis -> facts.put("analysis", analysis.toString()));
    counts("open_", image.open(), facts);
    counts("closed_by_vex_", image.closedByVex(), facts);
    return Publishing.audit(ids, artifact, now, Publishing.PLATFORM, "artifact.analysed", facts);
  }

  private static void counts(
      String prefix, Map<Severity, Integer> counts, SortedMap<String, String> facts) {
    counts.forEach(
        (severity, count) ->
            facts.put(prefix + severity.name().toLowerCase(Locale.ROOT), String.valueOf(count)));
  }
}
