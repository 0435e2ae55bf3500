package io.firmament.rest.trust;

import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.trust.TrustCenter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// `GET /api/v1/trust/root.json`: the newest root, or the one of a version, as it was signed.
public final class GetTrustRoot implements Operation {
  private final TrustCenter center;

  public GetTrustRoot(TrustCenter center) {
    this.center = center;
  }

  @Override
  public HttpResponse handle(Request request) {
    byte[] root = center.root(request.authenticated().tenant(), version(request));
    return HttpResponse.json(200, new String(root, StandardCharsets.UTF_8));
  }

  private static Optional<Long> version(Request request) {
    Optional<String> text = request.queryParameter("version");
    if (text.isPresent() && !text.get().matches("[1-9]\\d{0,8}")) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "version", "detail", "must be a number from 1 of at most nine digits");
    }
    return text.map(Long::valueOf);
  }
}
