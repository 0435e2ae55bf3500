package io.firmament.rest.pages;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `GET /firmwares/issues`: where the client's links to issues lead.
public final class OpenIssuesPage implements Operation {
  @Override
  public HttpResponse handle(Request request) {
    return FirmwarePage.of(
        "Issues of a firmware",
        request,
        "{ firmware(id: \\\""
            + FirmwarePage.id(request, "firmwareId")
            + "\\\") { latestIssues { type severity summary file { path } } } }");
  }
}
