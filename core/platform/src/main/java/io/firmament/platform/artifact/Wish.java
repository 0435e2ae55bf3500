package io.firmament.platform.artifact;

import io.firmament.base.FirmwareId;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.platform.fleet.FleetName;
import io.firmament.platform.rollout.ArtifactRef;
import java.util.List;
import java.util.Optional;

/// What is asked of a new artifact.
public record Wish(
    ArtifactRef ref, Manifest manifest, List<FleetName> fleets, Terms terms, Origin origin) {
  public Wish {
    fleets = List.copyOf(fleets);
  }

  /// Where its bytes come from.
  public sealed interface Origin {
    /// They are to be uploaded.
    ///
    /// @param partSize in how large parts, in bytes; empty where the platform shall choose
    /// @param firmware how the image is to be analysed, for [Manifest.Firmware]
    record Upload(
        String fileName,
        long length,
        Sha256 sha256,
        Optional<Long> partSize,
        Optional<Submission> firmware)
        implements Origin {}

    /// They are in the request.
    record Inline(String fileName, byte[] content) implements Origin {}

    /// They are those of an analysed firmware.
    record Analysed(FirmwareId firmware, String fileName) implements Origin {}
  }

  /// Under what an image is analysed.
  ///
  /// @param group empty for the tenant's default one
  public record Submission(Optional<ProductGroupId> group, String vendor, String product) {}
}
