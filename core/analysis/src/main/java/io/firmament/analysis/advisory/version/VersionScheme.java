package io.firmament.analysis.advisory.version;

/// A way to order the versions of a product.
///
/// A scheme orders whatever it is given without failing; [#reads] says whether the order means
/// anything.
public sealed interface VersionScheme
    permits ApkVersions,
        DebVersions,
        FirmwareVersions,
        KernelVersions,
        MavenVersions,
        NpmVersions,
        OpensslVersions,
        OpkgVersions,
        PypiVersions,
        RpmVersions,
        SemanticVersions {
  /// Stable name, for example `openssl-letters`.
  String name();

  /// Whether the text is a version of this scheme.
  boolean reads(String version);

  /// Negative, zero or positive as `left` is before, the same as, or after `right`.
  int compare(String left, String right);
}
