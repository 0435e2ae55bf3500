package io.firmament.rest.identity;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;

/// `GET /api/version`.
public final class GetVersion implements Operation {
  /// The version of the contract, of `openapi.yaml`.
  static final String API = "0.1.0";

  private final String platform;

  public GetVersion(String platform) {
    this.platform = platform;
  }

  @Override
  public HttpResponse handle(Request request) {
    return Answers.json(200, Bodies.Version.class, new Bodies.Version(API, platform));
  }
}
