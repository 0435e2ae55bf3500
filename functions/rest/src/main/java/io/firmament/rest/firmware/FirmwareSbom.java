package io.firmament.rest.firmware;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.sbom.InventorySbom;
import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.analysis.sbom.SbomWriter;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.base.JsonDocument;
import io.firmament.base.Sha256;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.VexStatement;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.VexDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The SBOM of an analysed firmware, written from the analysis' documents in the form that `Accept`
/// asks for; the same analysis and the same VEX documents give the same bytes, until its matches
/// are made again. `vex=false` leaves the vulnerabilities out.
public final class FirmwareSbom {
  private final FirmwareStore store;
  private final ObjectStore documents;
  private final VexDocuments vex;
  private final SbomTool tool;
  private final JsonType<InventoryReport> inventories;
  private final JsonType<UnpackReport> reports;
  private final JsonType<List<CveMatch>> matches;

  public FirmwareSbom(FirmwareStore store, ObjectStore documents, SbomTool tool) {
    this.store = store;
    this.documents = documents;
    this.vex = new VexDocuments(store, documents);
    this.tool = tool;
    Jsonb jsonb = Jsonb.builder().build();
    inventories = jsonb.type(InventoryReport.class);
    reports = jsonb.type(UnpackReport.class);
    matches = jsonb.type(CveMatch.class).list();
  }

  /// Answers a request for the SBOM of a firmware that the caller may see.
  public HttpResponse answer(Request request, Firmware firmware) {
    SbomFormat format =
        SbomFormat.negotiate(request.header("accept").orElse(null))
            .orElseThrow(
                () -> FirmwareProblem.SBOM_FORMAT_NOT_ACCEPTABLE.with("formats", formats()));
    AnalysedFirmware analysed = AnalysedFirmware.complete(firmware, documents);
    boolean vex = !request.queryParameter("vex").orElse("true").equals("false");
    SbomDocument document = document(analysed, vex);
    return HttpResponse.stream(
            format.contentType(), -1, out -> SbomWriter.write(document, format, out))
        .withHeader("x-content-type-options", "nosniff")
        .withHeader(
            "content-disposition",
            "attachment; filename=\"" + analysed.firmware().id() + "." + format.extension() + "\"");
  }

  /// Everything that a document of the analysis can say.
  ///
  /// @param vex whether vulnerabilities, and what is said of them, are in
  SbomDocument document(AnalysedFirmware analysed, boolean vex) {
    Firmware firmware = analysed.firmware();
    Optional<Product> product = store.findProduct(firmware.tenant(), firmware.product());
    UnpackReport report = read(analysed.open(AnalysisDocument.UNPACK_REPORT), reports);
    SbomSubject subject =
        new SbomSubject(
            product.map(Product::name).orElse(firmware.name()),
            firmware.version().orElse(null),
            product.map(Product::vendor).orElse(null),
            new Sha256(report.inputSha256()),
            null);
    InventoryReport inventory = read(analysed.open(AnalysisDocument.INVENTORY), inventories);
    List<CveMatch> found = vex ? read(analysed.openMatches(), matches) : List.of();
    SbomDocument document =
        new InventorySbom(subject, inventory, report.complete())
            .document(found, tool, knownSince(firmware));
    return found.isEmpty() ? document : withImported(document, firmware);
  }

  /// What VEX documents say stands before what the impact assessment says.
  private SbomDocument withImported(SbomDocument document, Firmware firmware) {
    Map<String, VexStatement> statements = new HashMap<>(document.statements());
    statements.putAll(vex.statements(firmware.tenant(), firmware.id()));
    return document.withStatements(statements);
  }

  /// When the last of what is in it was found out.
  private static Instant knownSince(Firmware firmware) {
    Instant finished = firmware.latestAnalysis().finishedAt().orElse(firmware.uploadedAt());
    return firmware
        .latestAnalysis()
        .matched()
        .map(Matched::at)
        .filter(finished::isBefore)
        .orElse(finished);
  }

  private static <T> T read(InputStream document, JsonType<T> type) {
    try (InputStream in = document) {
      return JsonDocument.read(type, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String formats() {
    return Arrays.stream(SbomFormat.values())
        .map(SbomFormat::contentType)
        .collect(Collectors.joining(", "));
  }
}
