package io.firmament.analysis.sbom;

/// The program that made the SBOM.
///
/// @param vendor who publishes it
public record SbomTool(String vendor, String name, String version) {}
