package io.firmament.stages;

import io.firmament.analysis.inspect.Inspection;
import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.inventory.Progress;
import io.firmament.analysis.sbom.ImportedSbom;
import io.firmament.analysis.sbom.SbomMerge;
import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.UnpackProgress;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.Unpacker;
import io.firmament.analysis.unpack.io.MappedByteSource;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import io.firmament.platform.firmware.StageQueue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Runs one stage of one analysis. Its document is written, then the stage is marked done, then the
/// next stage is asked for; a run that is repeated after any of these goes on from there.
final class StageRunner {
  private static final Log LOG = Log.of(StageRunner.class);
  private static final Set<Stage> BEFORE_PUBLISH = Set.of(Stage.MATCH, Stage.INSPECT);

  /// Larger SBOMs are refused; the upload door refuses them earlier.
  private static final int MAX_SBOM = ImportedSbom.MAX_BYTES;

  private final FirmwareStore store;
  private final ObjectStore uploads;
  private final ObjectStore documents;
  private final StageQueue queue;
  private final Path work;
  private final Clock clock;
  private final Advisories advisories;
  private final UserAdvisories userAdvisories;
  private final Rematching rematching;

  StageRunner(StageWiring wiring) {
    this.store = wiring.store();
    this.uploads = wiring.uploads();
    this.documents = wiring.documents();
    this.queue = wiring.queue();
    this.work = wiring.work();
    this.clock = wiring.clock();
    this.advisories = new Advisories(documents, work);
    this.userAdvisories = wiring.userAdvisories();
    this.rematching = wiring.rematching(advisories);
  }

  /// Does nothing for an analysis that is done or that nobody knows.
  void run(Stage stage, AnalysisKey key) {
    Optional<Analysis> begun = store.begin(key, clock.instant());
    try {
      if (begun.isEmpty() || begun.get().state() == Analysis.State.DONE) {
        LOG.info("stage_not_needed", "stage", stage.id(), "analysis", key.analysis());
        if (stage == Stage.PUBLISH && begun.filter(Analysis::isComplete).isPresent()) {
          rematching.published(key);
        }
        return;
      }
      Analysis analysis = begun.get();
      if (!analysis.doneStages().contains(stage)) {
        long start = clock.millis();
        analysis = work(stage, key, analysis);
        LOG.info(
            "stage_done",
            "stage",
            stage.id(),
            "analysis",
            key.analysis(),
            "millis",
            clock.millis() - start);
      }
      goOn(stage, key, analysis);
    } catch (MaterialException e) {
      String reason = String.valueOf(e.getMessage());
      store.finish(key, Analysis.Result.FAILED, Optional.of(reason), clock.instant());
      LOG.warn("analysis_failed", "analysis", key.analysis(), "reason", reason);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The analysis with the stage's mark.
  private Analysis work(Stage stage, AnalysisKey key, Analysis analysis)
      throws IOException, MaterialException {
    Optional<Analysis> done;
    try (WorkFolder folder = WorkFolder.in(work)) {
      Documents results = new Documents(documents, key);
      switch (stage) {
        case UNPACK -> unpack(key, results, folder);
        case IDENTIFY -> identify(key, results, folder);
        case INSPECT -> inspect(key, results, folder);
        case MATCH -> {
          return store.completeMatch(key, match(key, results)).orElse(analysis);
        }
        case PUBLISH -> publish(key, results, analysis);
      }
      done = store.complete(key, stage);
    }
    return done.orElse(analysis);
  }

  private void goOn(Stage stage, AnalysisKey key, Analysis analysis) throws IOException {
    switch (stage) {
      case UNPACK -> {
        queue.send(new StageMessage(key, Stage.IDENTIFY));
        queue.send(new StageMessage(key, Stage.INSPECT));
      }
      case IDENTIFY -> queue.send(new StageMessage(key, Stage.MATCH));
      case INSPECT, MATCH -> {
        if (analysis.doneStages().containsAll(BEFORE_PUBLISH)) {
          queue.send(new StageMessage(key, Stage.PUBLISH));
        }
      }
      case PUBLISH -> {
        store.finish(key, Analysis.Result.COMPLETE, Optional.empty(), clock.instant());
        rematching.published(key);
      }
    }
  }

  private void unpack(AnalysisKey key, Documents results, WorkFolder folder)
      throws IOException, MaterialException {
    Firmware firmware = firmware(key);
    if (firmware.sizeBytes() == 0 && firmware.sbomKey().isEmpty()) {
      throw new MaterialException("the uploaded image is empty, and there is no SBOM");
    }
    sbom(firmware);
    Path image = folder.file("image");
    try (InputStream in = content(firmware.objectKey())) {
      Files.copy(in, image);
    }
    try (Arena arena = Arena.ofShared();
        UnpackResult result =
            new Unpacker()
                .unpack(
                    MappedByteSource.map(image, arena),
                    "image",
                    folder.path(),
                    Limits.standard(),
                    UnpackProgress.SILENT)) {
      results.write(result, folder);
    }
  }

  private void identify(AnalysisKey key, Documents results, WorkFolder folder)
      throws IOException, MaterialException {
    Firmware firmware = firmware(key);
    Optional<List<Component>> sbom = sbom(firmware);
    KnownContents known = KnownContents.of(documents, firmware, Stage.IDENTIFY);
    try (Arena arena = Arena.ofShared()) {
      InventoryReport found =
          Inventory.standard().identify(results.tree(folder, arena), Progress.NONE, known.reuse());
      results.write(
          new InventoryReport(
              sbom.map(listed -> SbomMerge.merge(found.components(), listed))
                  .orElse(found.components()),
              found.identity(),
              found.notes(),
              found.facts(),
              found.contents()));
    }
    known.keep(folder);
  }

  private void inspect(AnalysisKey key, Documents results, WorkFolder folder) throws IOException {
    // The day of the upload, so that a repeat on the next day writes the same document.
    Firmware firmware = firmware(key);
    LocalDate day = firmware.uploadedAt().atZone(ZoneOffset.UTC).toLocalDate();
    KnownContents known = KnownContents.of(documents, firmware, Stage.INSPECT);
    try (Arena arena = Arena.ofShared()) {
      results.writeIssues(
          Inspection.standard().inspect(results.tree(folder, arena), day, known.reuse()));
    }
    known.keep(folder);
  }

  private Matched match(AnalysisKey key, Documents results) throws IOException {
    Advisories.Using using = advisories.current();
    Optional<Sha256> user = userAdvisories.version(key.tenant());
    Matched matched = new Matched(using.version(), user, clock.instant());
    results.writeMatches(
        matched, rematching.match(key.tenant(), results.inventory(), using.index(), user));
    return matched;
  }

  private void publish(AnalysisKey key, Documents results, Analysis analysis) throws IOException {
    List<Component> components = results.inventory().components();
    List<CveMatch> matches = results.matches(analysis.matched());
    store.publish(key, new Findings(components, results.issues(), matches));
    rematching.watch(key, components, matches);
  }

  /// The uploaded SBOM, where there is one; read before anything else is done with the image.
  private Optional<List<Component>> sbom(Firmware firmware) throws IOException, MaterialException {
    if (firmware.sbomKey().isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = content(firmware.sbomKey().get())) {
      byte[] bytes = in.readNBytes(MAX_SBOM + 1);
      if (bytes.length > MAX_SBOM) {
        throw new MaterialException("the SBOM is larger than " + MAX_SBOM + " bytes");
      }
      return switch (ImportedSbom.parse(bytes)) {
        case ImportedSbom.SbomRead read -> Optional.of(read.components());
        case ImportedSbom.SbomRefused refused -> throw new MaterialException(refused.reason());
      };
    }
  }

  private InputStream content(String key) {
    return uploads.read(key).orElseThrow(() -> new IllegalStateException("missing: " + key));
  }

  private Firmware firmware(AnalysisKey key) {
    return store
        .find(key.tenant(), key.firmware())
        .orElseThrow(() -> new IllegalStateException("no firmware " + key.firmware()));
  }
}
