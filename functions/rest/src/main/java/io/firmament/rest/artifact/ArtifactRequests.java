package io.firmament.rest.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.base.BaseProblem;
import io.firmament.edge.HttpResponse;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.ArtifactStore;
import io.firmament.platform.artifact.Manifest;
import io.firmament.platform.fleet.FleetName;
import io.firmament.rest.rollout.RolloutRequests;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What the operations of artifacts read of a request, and write of an answer.
final class ArtifactRequests {
  private ArtifactRequests() {}

  static ArtifactId artifact(Request request) {
    String id = request.pathParameter("id");
    return ArtifactId.parse(id)
        .orElseThrow(() -> ArtifactProblem.ARTIFACT_NOT_FOUND.with("id", id));
  }

  /// The revision of `If-Match`: an entity tag of ours (RFC 9110 section 13.1.1), or the bare
  /// number. `*` is any.
  static Optional<Long> revision(Request request) {
    Optional<String> header =
        request.header("if-match").map(String::strip).filter(value -> !value.equals("*"));
    if (header.isEmpty()) {
      return Optional.empty();
    }
    String number = header.get().replaceAll("^\"(.*)\"$", "$1");
    if (!number.matches("\\d{1,18}")) {
      throw BaseProblem.INVALID_FIELD.with(
          "field", "If-Match", "detail", "must be the ETag of an artifact");
    }
    return Optional.of(Long.valueOf(number));
  }

  /// `kind`, `name` and `fleet`.
  static ArtifactStore.Filter filter(Request request) {
    return new ArtifactStore.Filter(
        request.queryParameter("kind").map(ArtifactRequests::kind),
        request.queryParameter("name"),
        request.queryParameter("fleet").map(FleetName::new));
  }

  private static Manifest.Kind kind(String word) {
    return Arrays.stream(Manifest.Kind.values())
        .filter(kind -> kind.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                BaseProblem.INVALID_FIELD.with(
                    "field",
                    "kind",
                    "detail",
                    "must be one of "
                        + Arrays.stream(Manifest.Kind.values())
                            .map(Manifest.Kind::word)
                            .collect(Collectors.joining(", "))));
  }

  static HttpResponse answer(int status, Artifact artifact) {
    return answer(status, artifact, ArtifactBodies.of(artifact));
  }

  static HttpResponse answer(int status, Artifact artifact, Map<String, Object> body) {
    return RolloutRequests.json(status, body).withHeader("etag", "\"" + artifact.revision() + "\"");
  }
}
