package io.firmament.rest.pages;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `GET /firmwares`: where the client's links to a firmware lead.
public final class OpenFirmwarePage implements Operation {
  @Override
  public HttpResponse handle(Request request) {
    return FirmwarePage.of(
        "A firmware",
        request,
        "{ firmware(id: \\\""
            + FirmwarePage.id(request, "firmwareId")
            + "\\\") { name version latestAnalysis { state result } } }");
  }
}
