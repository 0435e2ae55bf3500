package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A software component found in an image.
///
/// @param id stable over runs and versions of the image: derived from name, version and source
/// @param type CycloneDX component type: `library`, `application`, `operating-system`,
///     `firmware`...
/// @param name the name its makers use, or the package name
/// @param version as the source writes it; null where only the presence is certain
/// @param update the CPE "update" part split off the version, for example `p1`; null where none
/// @param vendor CPE vendor where known
/// @param product CPE product where known
/// @param cpe a CPE 2.3 formatted string; null where none is known
/// @param purl a package URL; null where none is known
/// @param licenses SPDX expressions or ids
/// @param sourcePackage for a distribution package the source package name, else null
/// @param distribution the distribution and release a package belongs to, for example `debian-12`
/// @param cryptographic whether it implements cryptography
/// @param paths files that it owns or was seen in, sorted, at most 1,000
/// @param fileCount how many files there are in all; 0 for one that was only imported
/// @param evidence why, at least one unless imported
@Json
public record Component(
    String id,
    String type,
    String name,
    @Nullable String version,
    @Nullable String update,
    @Nullable String vendor,
    @Nullable String product,
    @Nullable String cpe,
    @Nullable String purl,
    List<String> licenses,
    @Nullable String sourcePackage,
    @Nullable String distribution,
    boolean cryptographic,
    List<String> paths,
    int fileCount,
    List<Evidence> evidence) {
  public Component {
    licenses = List.copyOf(licenses);
    paths = List.copyOf(paths);
    evidence = List.copyOf(evidence);
  }
}
