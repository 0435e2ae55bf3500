package io.firmament.analysis.inventory;

import io.firmament.analysis.identity.Platform;
import io.firmament.analysis.scan.Blob;
import io.firmament.base.finding.Confidence;
import java.util.List;
import java.util.Optional;

/// What one content says of itself.
///
/// @param kernels kernel banners, distinct
/// @param libraries rules that know this library or program, without a version
/// @param platform what a device tree says of the board
record BlobFacts(
    Blob blob,
    Optional<ElfFacts> elf,
    List<RuleHit> hits,
    List<KernelBanner> kernels,
    List<VersionRule> libraries,
    Optional<Platform> platform) {
  /// The part of an ELF file that is kept.
  ///
  /// @param needed names of the libraries that it is linked with
  /// @param vermagic of a kernel module
  record ElfFacts(
      String architecture,
      boolean bigEndian,
      int bits,
      Optional<String> soname,
      List<String> needed,
      Optional<String> vermagic) {
    ElfFacts {
      needed = List.copyOf(needed);
    }
  }

  /// A version rule held.
  ///
  /// @param versions one; several where the file has more than one banner and nobody can tell
  /// @param proof why the product is inside and not only spoken of
  record RuleHit(
      VersionRule rule,
      List<Version> versions,
      Optional<Long> offset,
      String matched,
      String proof,
      Confidence confidence) {}

  /// A version and its update part.
  record Version(String text, Optional<String> update) {}

  /// `Linux version` and what follows.
  record KernelBanner(String release, String banner, long offset) {}
}
