package io.firmament.rest.artifact;

import io.firmament.base.finding.Severity;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactJson;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.platform.firmware.PresignedParts;
import io.firmament.platform.firmware.PresignedUpload;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Artifacts as they are answered.
final class ArtifactBodies {
  private ArtifactBodies() {}

  static Map<String, Object> of(Artifacts.Created created) {
    Map<String, Object> json = of(created.artifact());
    created.upload().ifPresent(sending -> json.put("upload", of(sending)));
    return json;
  }

  static Map<String, Object> of(Artifact artifact) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", artifact.id().toString());
    json.put("name", artifact.ref().id());
    json.put("version", artifact.ref().version());
    json.put("state", artifact.state().word());
    json.putAll(ArtifactJson.write(artifact.manifest()));
    json.put("fleets", artifact.fleets().stream().map(fleet -> fleet.value()).toList());
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("name", artifact.content().fileName());
    file.put("length", artifact.content().length());
    file.put("sha256", artifact.content().sha256().hex());
    json.put("file", file);
    Map<String, Object> paths = new LinkedHashMap<>();
    artifact.fleets().forEach(fleet -> paths.put(fleet.value(), artifact.path(fleet)));
    json.put("target_paths", paths);
    json.putAll(ArtifactJson.write(artifact.terms()));
    artifact.image().ifPresent(image -> json.put("firmware", of(image)));
    putNullable(json, "sbom", sbom(artifact));
    json.put("created_by", artifact.author().toString());
    json.put("created_at", artifact.createdAt().toString());
    json.put("changed_at", artifact.changedAt().toString());
    putNullable(json, "published_at", artifact.publishedAt().map(Instant::toString));
    json.put("revision", artifact.revision());
    return json;
  }

  private static Map<String, Object> of(Artifact.Image image) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", image.firmware().toString());
    putNullable(json, "analysis_id", image.analysis().map(Object::toString));
    json.put("open_vulnerabilities", counts(image.open()));
    json.put("closed_by_vex", counts(image.closedByVex()));
    return json;
  }

  private static Map<String, Object> counts(Map<Severity, Integer> counts) {
    Map<String, Object> json = new LinkedHashMap<>();
    counts.forEach((severity, count) -> json.put(severity.name().toLowerCase(Locale.ROOT), count));
    return json;
  }

  private static Optional<Map<String, Object>> sbom(Artifact artifact) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (artifact.sbom().isPresent()) {
      Artifact.Sbom sbom = artifact.sbom().get();
      json.put("source", "attached");
      json.put("media_type", sbom.mediaType());
      json.put("specification", sbom.specification());
      json.put("components", sbom.components());
      json.put("sha256", sbom.sha256().hex());
      json.put("length", sbom.length());
      return Optional.of(json);
    }
    json.put("source", "analysis");
    return artifact.image().flatMap(Artifact.Image::analysis).map(_ -> json);
  }

  static Map<String, Object> of(Artifacts.Sending sending) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (sending) {
      case Artifacts.Sending.Whole(PresignedUpload request) -> json.put("request", of(request));
      case Artifacts.Sending.Parts(PresignedParts requests) -> {
        json.put("part_size", requests.partSize());
        json.put("parts", requests.parts().stream().map(ArtifactBodies::of).toList());
        json.put("complete", of(requests.complete()));
        json.put("abort", of(requests.abort()));
      }
    }
    return json;
  }

  private static Map<String, Object> of(PresignedUpload request) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", request.method());
    json.put("url", request.url().toString());
    json.put("headers", new TreeMap<>(request.headers()));
    json.put("expires_at", request.expiresAt().toString());
    return json;
  }

  @SuppressWarnings("NullAway") // A JSON null; maps of the core have none.
  private static void putNullable(Map<String, Object> json, String name, Optional<?> value) {
    @Nullable Object found = value.orElse(null);
    json.put(name, found);
  }
}
