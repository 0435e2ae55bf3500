package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.vex.VexDocument;
import io.firmament.analysis.vex.VexMatching;
import io.firmament.base.BaseProblem;
import io.firmament.base.Sha256;
import io.firmament.base.finding.VexDecisions;
import io.firmament.base.finding.VexSource;
import io.firmament.edge.BodyKind;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.ArtifactAnalyses;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;
import io.firmament.platform.identity.Permission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// `POST /api/firmwares/{id}/vex-documents`: takes in a VEX document and applies it to the
/// vulnerabilities of the latest analysis, as they are known by now; sent again it is applied anew.
/// No match goes away by it.
public final class ImportVex implements Operation {
  /// API Gateway and Lambda take no more, once it is encoded.
  private static final int MAX_BYTES = 4 << 20;

  private static final int ATTEMPTS = 8;

  /// How far a document's clock may be ahead of ours. What is said later stands, and nothing may
  /// stand for ever.
  private static final Duration AHEAD = Duration.ofHours(1);

  private static final BodyKind VEX =
      new BodyKind(
          MAX_BYTES,
          Set.of(
              "application/json",
              "application/vnd.cyclonedx+json",
              "application/vnd.openvex+json",
              "application/csaf+json",
              "application/octet-stream"));
  private static final JsonType<VexDocumentBody> BODY =
      Jsonb.builder().build().type(VexDocumentBody.class);

  private final FirmwareStore store;
  private final ObjectStore documents;
  private final FirmwareSbom sbom;
  private final VexDocuments vex;
  private final DocumentImages images;
  private final ArtifactAnalyses artifacts;
  private final Clock clock;

  public ImportVex(
      FirmwareStore store,
      ObjectStore documents,
      FirmwareSbom sbom,
      VexDocuments vex,
      DocumentImages images,
      ArtifactAnalyses artifacts,
      Clock clock) {
    this.store = store;
    this.documents = documents;
    this.sbom = sbom;
    this.vex = vex;
    this.images = images;
    this.artifacts = artifacts;
    this.clock = clock;
  }

  @Override
  public BodyKind body() {
    return VEX;
  }

  @Override
  public HttpResponse handle(Request request) {
    VexDocument document = read(request.body());
    Firmware firmware = AnalysedFirmware.visible(request, store);
    if (!request.authenticated().may(Permission.FIRMWARE_EDIT, firmware.productGroup())) {
      throw BaseProblem.MISSING_PERMISSION.with("permission", Permission.FIRMWARE_EDIT.id());
    }
    Instant now = clock.instant();
    if (document.issuedAt().isAfter(now.plus(AHEAD))) {
      throw FirmwareProblem.VEX_INVALID.with(
          "detail", "it was last changed in the future, at " + document.issuedAt());
    }
    VexImport stored = stored(request, firmware, document, now);
    tellArtifacts(firmware);
    return HttpResponse.json(200, BODY.toJson(VexDocumentBody.of(stored)));
  }

  /// Applies the document until the matches that it was applied to are those that count: who makes
  /// them anew applies the documents that are there by then.
  private VexImport stored(Request request, Firmware firmware, VexDocument document, Instant now) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Firmware known = AnalysedFirmware.visible(request, store);
      AnalysedFirmware analysed = AnalysedFirmware.complete(known, documents);
      VexImport stored = apply(request, analysed, document, now);
      if (AnalysedFirmware.visible(request, store)
          .latestAnalysis()
          .equals(known.latestAnalysis())) {
        return stored;
      }
    }
    throw new IllegalStateException("firmware " + firmware.id() + " was matched anew all the time");
  }

  /// The gate before rollouts hears what stands now.
  private void tellArtifacts(Firmware firmware) {
    AnalysisKey key = AnalysisKey.of(firmware);
    if (artifacts.concern(key)) {
      store
          .find(firmware.tenant(), firmware.id())
          .flatMap(images::find)
          .ifPresent(artifacts::record);
    }
  }

  private VexImport apply(
      Request request, AnalysedFirmware analysed, VexDocument document, Instant now) {
    Firmware firmware = analysed.firmware();
    byte[] bytes = request.body();
    SbomDocument image = sbom.document(analysed, true);
    Sha256 sha256 = Sha256.of(bytes);
    Instant since =
        vex.known(firmware.tenant(), firmware.id(), document.id(), sha256)
            .map(VexImport::importedAt)
            .orElse(now);
    VexMatching.Applied applied = new VexMatching(image).apply(document, since);
    VexSource source =
        new VexSource(
            document.id(),
            document.format().id(),
            document.author(),
            document.issuedAt().toString(),
            sha256.hex());
    return vex.add(
        firmware.tenant(),
        firmware.id(),
        new VexImport(
            document.id(),
            document.format().id(),
            document.author(),
            document.issuedAt(),
            sha256,
            document.claims().size(),
            applied.applied(),
            now,
            request.authenticated().user()),
        new VexDecisions(source, applied.decisions()),
        bytes);
  }

  private static VexDocument read(byte[] bytes) {
    return switch (VexDocument.parse(bytes)) {
      case VexDocument.Read read -> read.document();
      case VexDocument.Refused refused ->
          throw FirmwareProblem.VEX_INVALID.with("detail", String.join("; ", refused.errors()));
    };
  }
}
