package io.firmament.analysis.inventory;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How one product is told, and its version read, from the bytes of a program or library.
///
/// @param part of the CPE name: `a`, or `o` for an operating system
/// @param anchors literals, one of which is near every version
/// @param version with a group `version` and perhaps `update`, tried near an anchor
/// @param negatives text near the anchor that shows another product speaking of this one
/// @param soname of the library itself; a file that *needs* such a library is not the library
/// @param file base name of the program or library itself
/// @param symbols that only the product defines; two of them (or the one) prove it inside
/// @param embedded literals that only the product's own object code has; all of them prove it
///     inside where the file does not need the library
/// @param raw whether it may be in a file that is no ELF file
/// @param fileVersion base name that carries the release version
/// @param packages names of packages or source packages that are this product
/// @param licence an SPDX expression
/// @param source the line of the upstream source the rule was written from
/// @param example what the product's own build contains, for the rule's test
/// @param counter a text that must not match, for the rule's test; empty where there is none
record VersionRule(
    String id,
    String name,
    String type,
    String part,
    String vendor,
    String product,
    List<String> anchors,
    Optional<Pattern> version,
    List<Pattern> negatives,
    Optional<Pattern> soname,
    Optional<Pattern> file,
    List<String> symbols,
    List<String> embedded,
    boolean raw,
    Optional<Pattern> fileVersion,
    List<String> packages,
    String licence,
    boolean cryptographic,
    String source,
    Example example,
    String counter) {
  /// A file that holds the product: its base name, the text in it, and the version to be read.
  record Example(String file, String text, String version) {}

  VersionRule {
    anchors = List.copyOf(anchors);
    negatives = List.copyOf(negatives);
    symbols = List.copyOf(symbols);
    embedded = List.copyOf(embedded);
    packages = List.copyOf(packages);
    require(id, part.equals("a") || part.equals("o"), "part is a or o");
    require(id, !anchors.isEmpty() == version.isPresent(), "anchors and version go together");
    require(id, version.isPresent() || fileVersion.isPresent(), "no way to a version");
    require(id, anchors.stream().allMatch(anchor -> anchor.length() >= 3), "anchor too short");
    boolean provable = soname.isPresent() || file.isPresent() || !symbols.isEmpty();
    require(id, provable || !embedded.isEmpty() || raw, "nothing proves the product inside");
    require(id, version.stream().allMatch(VersionRule::named), "no group named version");
    require(id, fileVersion.stream().allMatch(VersionRule::named), "no group named version");
    require(id, !licence.isEmpty() && !source.isEmpty(), "licence and source are missing");
  }

  /// The CPE 2.3 name of a version of the product.
  String cpe(@Nullable String of, @Nullable String update) {
    return CpeName.of(part, vendor, product, of, update);
  }

  private static boolean named(Pattern pattern) {
    return pattern.namedGroups().containsKey("version");
  }

  private static void require(String id, boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException("version rule " + id + ": " + otherwise);
    }
  }
}
