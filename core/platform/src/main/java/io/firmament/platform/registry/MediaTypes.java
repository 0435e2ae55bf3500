package io.firmament.platform.registry;

import java.util.Set;

/// The media types of manifests that registries hold (image-spec, "OCI Image Media Types"; Docker's
/// Image Manifest Version 2, Schema 2), and of what refers to them.
final class MediaTypes {
  static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

  static final Set<String> INDEXES = Set.of(OCI_INDEX, DOCKER_LIST);
  static final Set<String> MANIFESTS = Set.of(OCI_MANIFEST, DOCKER_MANIFEST);

  /// What is asked for; the first are liked best.
  static final String ACCEPTED =
      String.join(", ", OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST);

  /// What the configuration of an image is, as opposed to that of anything else a registry holds.
  static final Set<String> IMAGE_CONFIGS =
      Set.of(
          "application/vnd.oci.image.config.v1+json",
          "application/vnd.docker.container.image.v1+json");

  private static final Set<String> SBOMS =
      Set.of(
          "application/vnd.cyclonedx+json",
          "application/vnd.cyclonedx+xml",
          "application/spdx+json",
          "text/spdx+json",
          "application/vnd.cyclonedx",
          "application/spdx");

  private MediaTypes() {}

  static boolean isSbom(String type) {
    return SBOMS.contains(type.split(";", 2)[0].strip());
  }
}
