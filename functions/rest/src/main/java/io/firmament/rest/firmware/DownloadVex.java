package io.firmament.rest.firmware;

import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.vex.VexFormat;
import io.firmament.analysis.vex.VexReport;
import io.firmament.analysis.vex.VexWriter;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.firmware.VexImport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `GET /api/firmwares/{id}/vex`: a VEX document of the latest analysis, in the form that `Accept`
/// asks for. Where nothing is said of a vulnerability it is under investigation.
public final class DownloadVex implements Operation {
  private final FirmwareStore store;
  private final ObjectStore documents;
  private final FirmwareSbom sbom;
  private final VexDocuments vex;

  public DownloadVex(FirmwareStore store, ObjectStore documents, FirmwareSbom sbom) {
    this.store = store;
    this.documents = documents;
    this.sbom = sbom;
    this.vex = new VexDocuments(store, documents);
  }

  @Override
  public HttpResponse handle(Request request) {
    Firmware firmware = AnalysedFirmware.visible(request, store);
    VexFormat format =
        VexFormat.negotiate(request.header("accept").orElse(null))
            .orElseThrow(
                () -> FirmwareProblem.VEX_FORMAT_NOT_ACCEPTABLE.with("formats", formats()));
    AnalysedFirmware analysed = AnalysedFirmware.complete(firmware, documents);
    SbomDocument document = sbom.document(analysed, true);
    if (document.matches().isEmpty() && format != VexFormat.CYCLONEDX) {
      throw FirmwareProblem.VEX_NOTHING_TO_SAY.with("format", format.id());
    }
    String publisher =
        Optional.ofNullable(document.subject().vendor())
            .filter(vendor -> !vendor.isBlank())
            .orElse(document.tool().vendor());
    VexReport report =
        new VexReport(document, publisher, request.baseUrl(), revisions(document, firmware));
    return HttpResponse.stream(
            format.contentType(), -1, out -> VexWriter.write(report, format, out))
        .withHeader("x-content-type-options", "nosniff")
        .withHeader(
            "content-disposition",
            "attachment; filename=\"" + firmware.id() + "." + format.extension() + "\"");
  }

  private List<VexReport.Revision> revisions(SbomDocument document, Firmware firmware) {
    List<VexReport.Revision> revisions = new ArrayList<>();
    revisions.add(new VexReport.Revision(document.timestamp(), "The analysis of the image."));
    for (VexImport each : vex.all(firmware.tenant(), firmware.id())) {
      revisions.add(
          new VexReport.Revision(
              each.importedAt(), "Statements of the VEX document " + each.document() + "."));
    }
    return revisions;
  }

  private static String formats() {
    return Arrays.stream(VexFormat.values())
        .map(VexFormat::contentType)
        .collect(Collectors.joining(", "));
  }
}
