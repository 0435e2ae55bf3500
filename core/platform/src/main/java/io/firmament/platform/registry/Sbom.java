package io.firmament.platform.registry;

/// An SBOM that a registry keeps for an image.
///
/// @param mediaType `application/vnd.cyclonedx+json`, `application/spdx+json`
/// @param digest of the content, which was checked
public record Sbom(String mediaType, Digest digest, byte[] content) {}
