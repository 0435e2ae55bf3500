package io.firmament.platform.artifact;

import io.firmament.base.ArtifactId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;

/// Where artifacts lie. While they arrive, in the bucket of uploads, which forgets them after a
/// while: `uploads/TENANT/ID/artifact`. In their own bucket: `t/TENANT/targets/PATH` once they can
/// be signed, `t/TENANT/sboms/ID/HASH`.
public final class ArtifactKeys {
  private ArtifactKeys() {}

  public static String incoming(TenantId tenant, ArtifactId id) {
    return "uploads/" + tenant + "/" + id + "/artifact";
  }

  public static String sbom(TenantId tenant, ArtifactId id, Sha256 sha256) {
    return "t/" + tenant + "/sboms/" + id + "/" + sha256.hex();
  }

  /// The path under which a file is signed for a fleet (TUF 4.5).
  static String path(FleetName fleet, ArtifactRef artifact, String fileName) {
    return "fleets/" + fleet + "/" + artifact.id() + "/" + artifact.version() + "/" + fileName;
  }

  /// Where clients fetch it: the hash goes before the file's name (TUF 6.2).
  public static String blob(TenantId tenant, String path, Sha256 sha256) {
    int file = path.lastIndexOf('/') + 1;
    return "t/"
        + tenant
        + "/targets/"
        + path.substring(0, file)
        + sha256.hex()
        + "."
        + path.substring(file);
  }
}
