package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.sbom.OpenMatches;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.base.JsonDocument;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.artifact.AnalysedImages;
import io.firmament.platform.artifact.ImageAnalysis;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.VexDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// What the documents of an analysis, and those that were given for its firmware, say of its image.
public final class DocumentImages implements AnalysedImages {
  private final ObjectStore documents;
  private final VexDocuments vex;
  private final JsonType<UnpackReport> reports;
  private final JsonType<List<CveMatch>> matches;

  public DocumentImages(ObjectStore documents, VexDocuments vex) {
    this.documents = documents;
    this.vex = vex;
    Jsonb jsonb = Jsonb.builder().build();
    reports = jsonb.type(UnpackReport.class);
    matches = jsonb.type(CveMatch.class).list();
  }

  @Override
  public Optional<ImageAnalysis> find(Firmware firmware) {
    Optional<Analysis.Result> result = firmware.latestAnalysis().result();
    if (result.filter(Analysis.Result.COMPLETE::equals).isEmpty() || firmware.sizeBytes() == 0) {
      return Optional.empty();
    }
    AnalysisKey key = AnalysisKey.of(firmware);
    OpenMatches found =
        OpenMatches.of(
            read(ObjectKeys.matches(key, firmware.latestAnalysis().matched()), matches),
            vex.statements(firmware.tenant(), firmware.id()));
    return Optional.of(
        ImageAnalysis.of(
            key,
            new Sha256(
                read(ObjectKeys.document(key, AnalysisDocument.UNPACK_REPORT), reports)
                    .inputSha256()),
            found.open(),
            found.closedByVex()));
  }

  private <T> T read(String name, JsonType<T> type) {
    try (InputStream in =
        documents.read(name).orElseThrow(() -> new IllegalStateException("missing: " + name))) {
      return JsonDocument.read(type, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
