package io.firmament.analysis.sbom;

/// What is known of there being components that are not listed.
public enum SbomCompleteness {
  /// Part of the image could not be unpacked or was not looked at: there may well be more.
  INCOMPLETE,
  /// The whole image was looked at; what no detector knows is not listed.
  UNKNOWN
}
