package io.firmament.rest.artifact;

import io.firmament.edge.HttpResponse;
import io.firmament.edge.Operation;
import io.firmament.edge.Request;
import io.firmament.platform.artifact.Artifact;
import io.firmament.platform.artifact.ArtifactKeys;
import io.firmament.platform.artifact.ArtifactProblem;
import io.firmament.platform.artifact.Artifacts;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.rest.firmware.FirmwareSbom;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// `GET /api/v1/artifacts/{id}/sbom`: the SBOM that was attached, as it was sent. Without one, that
/// of the analysis of the firmware which the artifact is, as [FirmwareSbom] writes it.
public final class GetArtifactSbom implements Operation {
  private final Artifacts artifacts;
  private final FirmwareStore firmware;
  private final ObjectStore kept;
  private final FirmwareSbom analysed;

  /// @param kept where attached SBOMs are
  public GetArtifactSbom(
      Artifacts artifacts, FirmwareStore firmware, ObjectStore kept, FirmwareSbom analysed) {
    this.artifacts = artifacts;
    this.firmware = firmware;
    this.kept = kept;
    this.analysed = analysed;
  }

  @Override
  public HttpResponse handle(Request request) {
    Artifact artifact =
        artifacts.get(request.authenticated().tenant(), ArtifactRequests.artifact(request));
    if (artifact.sbom().isPresent()) {
      return attached(artifact, artifact.sbom().get());
    }
    Firmware image =
        artifact
            .image()
            .filter(known -> known.analysis().isPresent())
            .flatMap(known -> firmware.find(artifact.tenant(), known.firmware()))
            .orElseThrow(
                () -> ArtifactProblem.ARTIFACT_WITHOUT_SBOM.with("artifact", artifact.ref()));
    return analysed.answer(request, image);
  }

  private HttpResponse attached(Artifact artifact, Artifact.Sbom sbom) {
    String key = ArtifactKeys.sbom(artifact.tenant(), artifact.id(), sbom.sha256());
    return HttpResponse.stream(sbom.mediaType(), sbom.length(), out -> copy(key, out))
        .withHeader("x-content-type-options", "nosniff")
        .withHeader("content-disposition", "attachment; filename=\"" + artifact.id() + ".sbom\"");
  }

  private void copy(String key, OutputStream out) throws IOException {
    try (InputStream in =
        kept.read(key).orElseThrow(() -> new IllegalStateException("missing: " + key))) {
      in.transferTo(out);
    }
  }
}
