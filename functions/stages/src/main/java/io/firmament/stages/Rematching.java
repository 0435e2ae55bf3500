package io.firmament.stages;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.FirmwareEnvironment;
import io.firmament.analysis.advisory.ImageFacts;
import io.firmament.analysis.advisory.Matcher;
import io.firmament.analysis.advisory.UserIndex;
import io.firmament.analysis.advisory.WatchedKeys;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.sbom.OpenMatches;
import io.firmament.base.Ids;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.artifact.ArtifactAnalyses;
import io.firmament.platform.artifact.ImageAnalysis;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.FirmwareRef;
import io.firmament.platform.monitoring.KeyHashes;
import io.firmament.platform.monitoring.MatchChange;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.monitoring.RematchQueue;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// Matches an analysed firmware again with the index in use, and brings everything that was made of
/// the matches to what they are then: the lists, where a vulnerability is, and the artifacts.
///
/// The new matches are a document of their own; a conditional write of the analysis then says that
/// they count, together with what has changed. Whatever comes after may be repeated, and is, by
/// everybody who comes after: of two at once, the last to end leaves what counts.
final class Rematching {
  private static final Log LOG = Log.of(Rematching.class);
  private static final int ATTEMPTS = 8;

  private final FirmwareStore store;
  private final MonitoringStore monitoring;
  private final ObjectStore documents;
  private final RematchQueue queue;
  private final Advisories advisories;
  private final UserAdvisories userAdvisories;
  private final StoredVex vex;
  private final ArtifactAnalyses artifacts;
  private final Clock clock;

  Rematching(StageWiring wiring, Advisories advisories) {
    this.store = wiring.store();
    this.monitoring = wiring.monitoring();
    this.documents = wiring.documents();
    this.queue = wiring.rematches();
    this.advisories = advisories;
    this.userAdvisories = wiring.userAdvisories();
    this.vex = new StoredVex(store, documents);
    this.clock = wiring.clock();
    this.artifacts = new ArtifactAnalyses(wiring.artifacts(), clock, Ids.random());
  }

  /// The matches of an image with the index for all, and with the one of the tenant where there is
  /// one.
  List<CveMatch> match(
      TenantId tenant, InventoryReport inventory, AdvisoryIndex index, Optional<Sha256> user)
      throws IOException {
    FirmwareEnvironment environment = FirmwareEnvironment.of(inventory.components());
    ImageFacts image = ImageFacts.of(inventory);
    if (user.isEmpty()) {
      return new Matcher().match(inventory.components(), environment, index, image);
    }
    try (UserIndex own = userAdvisories.open(tenant, user.get())) {
      return new Matcher().match(inventory.components(), environment, index, own, image);
    }
  }

  /// Notes what a firmware's matches depend on.
  void watch(AnalysisKey key, List<Component> components, List<CveMatch> matches) {
    monitoring.watch(
        key.tenant(), key.firmware(), KeyHashes.of(WatchedKeys.of(components, matches)));
  }

  /// What follows the end of an analysis: the artifacts hear of it, and where another index has
  /// come into use since it was matched, it is matched again. Who is told of a new index asks those
  /// who watch, and who watches looks afterwards: none is missed.
  void published(AnalysisKey key) throws IOException {
    Optional<Analysis> analysis = complete(key);
    if (analysis.isEmpty()) {
      return;
    }
    Optional<Matched> matched = analysis.get().matched();
    tellArtifacts(key, matched);
    Optional<Sha256> user = userAdvisories.version(key.tenant());
    String version = advisories.version();
    if (matched.filter(with -> with.isWith(version, user)).isEmpty()) {
      queue.send(List.of(new FirmwareRef(key.tenant(), key.firmware())));
    }
  }

  /// Brings a firmware to the index in use. One that is gone, or whose analysis is not complete, is
  /// left alone: the end of the analysis sees to it.
  void run(FirmwareRef firmware) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Firmware> found =
          store
              .find(firmware.tenant(), firmware.firmware())
              .filter(each -> each.latestAnalysis().isComplete());
      if (found.isEmpty()) {
        LOG.info("rematch_not_needed", "firmware", firmware.firmware());
        return;
      }
      AnalysisKey key = AnalysisKey.of(found.get());
      Optional<Matched> counts = bring(key, found.get());
      if (counts.isPresent() && complete(key).flatMap(Analysis::matched).equals(counts)) {
        return;
      }
    }
    throw new IllegalStateException(
        "firmware " + firmware.firmware() + " was matched by others all the time");
  }

  /// What the analysis is matched with then; empty where somebody else was quicker.
  private Optional<Matched> bring(AnalysisKey key, Firmware firmware) throws IOException {
    Analysis analysis = firmware.latestAnalysis();
    long start = clock.millis();
    Documents results = new Documents(documents, key);
    Advisories.Using using = advisories.current();
    Optional<Sha256> user = userAdvisories.version(key.tenant());
    Optional<Matched> before = analysis.matched();
    InventoryReport inventory = results.inventory();
    Optional<Matched> counts = before;
    List<CveMatch> matches;
    if (before.filter(with -> with.isWith(using.version(), user)).isPresent()) {
      matches = results.matches(before);
    } else {
      List<CveMatch> old = results.matches(before);
      matches = match(key.tenant(), inventory, using.index(), user);
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      Matched after = new Matched(using.version(), user, now);
      results.writeMatches(after, matches);
      List<MatchChange> changed = MatchChange.between(old, matches);
      FirmwareChange change =
          FirmwareChange.of(
              key.analysis(),
              before.orElseGet(() -> new Matched("", analysis.finishedAt().orElse(now))),
              after,
              changed);
      if (!changed.isEmpty()) {
        results.writeChanges(change, changed);
      }
      if (!monitoring.rematched(
          key, before, after, Optional.of(change).filter(_ -> !changed.isEmpty()))) {
        return Optional.empty();
      }
      counts = Optional.of(after);
      LOG.info(
          "firmware_matched_again",
          "firmware",
          key.firmware(),
          "index",
          using.version(),
          "matches",
          matches.size(),
          "changed",
          changed.size(),
          "millis",
          clock.millis() - start);
    }
    monitoring.show(key, matches);
    watch(key, inventory.components(), matches);
    vex.resolve(firmware, results.imageSha256(), inventory, matches);
    tellArtifacts(key, counts);
    return counts;
  }

  private Optional<Analysis> complete(AnalysisKey key) {
    return store
        .find(key.tenant(), key.firmware())
        .map(Firmware::latestAnalysis)
        .filter(analysis -> analysis.id().equals(key.analysis()) && analysis.isComplete());
  }

  /// Tells the artifacts that are made of the image, once the analysis is finished: one that is
  /// created from then on asks for itself.
  private void tellArtifacts(AnalysisKey key, Optional<Matched> matched) throws IOException {
    if (artifacts.concern(key)) {
      Documents results = new Documents(documents, key);
      OpenMatches found =
          OpenMatches.of(
              results.matches(matched), vex.documents().statements(key.tenant(), key.firmware()));
      artifacts.record(
          ImageAnalysis.of(key, results.imageSha256(), found.open(), found.closedByVex()));
    }
  }
}
