package io.firmament.stages;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.unpack.TreeDocument;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.analysis.unpack.UnpackResult;
import io.firmament.analysis.unpack.UnpackedTree;
import io.firmament.analysis.unpack.io.MappedByteSource;
import io.firmament.base.JsonDocument;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Unpacking;
import io.firmament.platform.monitoring.FirmwareChange;
import io.firmament.platform.monitoring.MatchChange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Reads and writes the documents of one analysis. The same result gives the same bytes, so that a
/// document may be written again.
final class Documents {
  private static final String JSON = "application/json";

  private final ObjectStore store;
  private final AnalysisKey key;
  private final JsonType<InventoryReport> inventories;
  private final JsonType<UnpackReport> reports;
  private final JsonType<Unpacking> unpackings;
  private final JsonType<Unpacking.Identity> identities;
  private final JsonType<List<Issue>> issues;
  private final JsonType<List<CveMatch>> matches;
  private final JsonType<List<MatchChange>> changes;

  Documents(ObjectStore store, AnalysisKey key) {
    this.store = store;
    this.key = key;
    Jsonb jsonb = Jsonb.builder().build();
    inventories = jsonb.type(InventoryReport.class);
    reports = jsonb.type(UnpackReport.class);
    unpackings = jsonb.type(Unpacking.class);
    identities = jsonb.type(Unpacking.Identity.class);
    issues = jsonb.type(Issue.class).list();
    matches = jsonb.type(CveMatch.class).list();
    changes = jsonb.type(MatchChange.class).list();
  }

  void write(UnpackResult result, WorkFolder work) throws IOException {
    Path tree = work.file("tree");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(tree))) {
      TreeDocument.write(result.tree(), out);
    }
    store.write(name(AnalysisDocument.PACK), "application/octet-stream", result.pack().file());
    store.write(name(AnalysisDocument.TREE), "application/gzip", tree);
    write(AnalysisDocument.UNPACK_REPORT, reports.toJsonBytes(result.report()));
    write(
        AnalysisDocument.UNPACKING,
        unpackings.toJsonBytes(UnpackingFacts.of(result.report(), result.tree().entries())));
  }

  /// The digest of the image that was unpacked.
  Sha256 imageSha256() throws IOException {
    try (InputStream in = open(AnalysisDocument.UNPACK_REPORT)) {
      return new Sha256(JsonDocument.read(reports, in).inputSha256());
    }
  }

  /// The tree over a copy of the pack in the work folder.
  UnpackedTree tree(WorkFolder work, Arena arena) throws IOException {
    Path pack = work.file("pack");
    try (InputStream in = open(AnalysisDocument.PACK)) {
      Files.copy(in, pack);
    }
    try (InputStream in = new GZIPInputStream(open(AnalysisDocument.TREE))) {
      return TreeDocument.read(in).open(MappedByteSource.map(pack, arena));
    }
  }

  void write(InventoryReport inventory) {
    write(
        AnalysisDocument.IDENTITY,
        identities.toJsonBytes(UnpackingFacts.identity(inventory.identity())));
    write(AnalysisDocument.INVENTORY, inventories.toJsonBytes(inventory));
  }

  InventoryReport inventory() throws IOException {
    try (InputStream in = open(AnalysisDocument.INVENTORY)) {
      return JsonDocument.read(inventories, in);
    }
  }

  void writeIssues(List<Issue> found) {
    write(AnalysisDocument.ISSUES, issues.toJsonBytes(found));
  }

  List<Issue> issues() throws IOException {
    try (InputStream in = open(AnalysisDocument.ISSUES)) {
      return JsonDocument.read(issues, in);
    }
  }

  void writeMatches(Matched matched, List<CveMatch> found) {
    store.write(ObjectKeys.matches(key, Optional.of(matched)), JSON, matches.toJsonBytes(found));
  }

  /// @param matched what they were made with, as the analysis says
  List<CveMatch> matches(Optional<Matched> matched) throws IOException {
    try (InputStream in = open(ObjectKeys.matches(key, matched))) {
      return JsonDocument.read(matches, in);
    }
  }

  void writeChanges(FirmwareChange change, List<MatchChange> changed) {
    store.write(ObjectKeys.changes(key, change.id().value()), JSON, changes.toJsonBytes(changed));
  }

  private void write(AnalysisDocument document, byte[] content) {
    store.write(name(document), JSON, content);
  }

  private InputStream open(AnalysisDocument document) {
    return open(name(document));
  }

  private InputStream open(String name) {
    return store.read(name).orElseThrow(() -> new IllegalStateException("missing: " + name));
  }

  private String name(AnalysisDocument document) {
    return ObjectKeys.document(key, document);
  }
}
