package io.firmament.rest.pages;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `GET /firmwares/cves`: where the client's links to vulnerabilities lead.
public final class OpenCvesPage implements Operation {
  @Override
  public HttpResponse handle(Request request) {
    return FirmwarePage.of(
        "Vulnerabilities of a firmware",
        request,
        "{ firmware(id: \\\""
            + FirmwarePage.id(request, "firmwareId")
            + "\\\") { cveMatches { cve { id severity } component { name version } } } }");
  }
}
