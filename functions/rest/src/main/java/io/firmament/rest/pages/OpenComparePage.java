package io.firmament.rest.pages;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `GET /firmwares/compare-firmwares`: where the client's links to a comparison lead.
public final class OpenComparePage implements Operation {
  @Override
  public HttpResponse handle(Request request) {
    return FirmwarePage.of(
        "Comparison of two firmware versions",
        request,
        "{ compareFirmwareAnalyses(base: \\\""
            + FirmwarePage.id(request, "baseFirmwareId")
            + "\\\", other: \\\""
            + FirmwarePage.id(request, "otherFirmwareId")
            + "\\\") { issues { new { id } dropped { id } } } }");
  }
}
