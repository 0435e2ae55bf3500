package io.firmament.platform.registry;

/// Something that says something of an image: a signature, an SBOM, an attestation.
///
/// @param artifactType what it is; empty where nobody says
/// @param size of its manifest, in bytes
/// @param source where it was found
public record Referrer(
    Digest digest, String mediaType, String artifactType, long size, Source source) {
  /// Where referrers are found.
  public enum Source {
    /// The referrers API (distribution-spec, "Listing Referrers").
    API,
    /// The index under the tag of the digest, where a registry has no such API.
    TAG,
    /// Tags of cosign, before it knew referrers.
    COSIGN,
    /// The index of the image itself, where BuildKit puts attestations.
    INDEX
  }

  /// Whether it is an SBOM.
  public boolean isSbom() {
    return MediaTypes.isSbom(artifactType);
  }
}
