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

  public DownloadVex(FirmwareStore store, ObjectStore documents, FirmwareSbom sbom) {
    this.store = store;
    this.documents = documents;
    this.sbom = sbom;
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
        new VexReport(
            document,
            publisher,
            request.baseUrl(),
            List.of(new VexReport.Revision(document.timestamp(), "The analysis of the image.")));
    return HttpResponse.stream(
            format.contentType(), -1, out -> VexWriter.write(report, format, out))
        .withHeader("x-content-type-options", "nosniff")
        .withHeader(
            "content-disposition",
            "attachment; filename=\"" + firmware.id() + "." + format.extension() + "\"");
  }

  private static String formats() {
    return Arrays.stream(VexFormat.values())
        .map(VexFormat::contentType)
        .collect(Collectors.joining(", "));
  }
}
