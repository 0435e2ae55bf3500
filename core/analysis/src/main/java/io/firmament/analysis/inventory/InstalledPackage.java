package io.firmament.analysis.inventory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A package that a package manager of the image says is installed.
///
/// @param manager `dpkg`, `opkg` or `apk`
/// @param root the root file system it is installed in, see [Roots]
/// @param source the source package; the name itself where the database says nothing else
/// @param sourceVersion of the source package where it differs
/// @param licence an SPDX expression as the database writes it; null where it says nothing
/// @param needs packages or abilities it depends on; alternatives are joined with `|`
/// @param provides names besides its own that others may depend on
/// @param files of the tree that it owns, displayed, sorted
/// @param record the database file
record InstalledPackage(
    String manager,
    String root,
    String name,
    String version,
    @Nullable String architecture,
    String source,
    String sourceVersion,
    @Nullable String licence,
    List<String> needs,
    List<String> provides,
    List<String> files,
    String record) {
  InstalledPackage {
    needs = List.copyOf(needs);
    provides = List.copyOf(provides);
    files = List.copyOf(files);
  }

  /// The version its makers gave, without the distribution's epoch, revision and repacking marks:
  /// `1:1.35.0-4+b3` is `1.35.0`.
  String upstreamVersion() {
    String text = sourceVersion;
    int colon = text.indexOf(':');
    text = colon < 0 ? text : text.substring(colon + 1);
    int dash = text.lastIndexOf('-');
    text = dash <= 0 ? text : text.substring(0, dash);
    return text.replaceFirst("[+.~-]?(dfsg|ds|debian|repack|really)[0-9.+]*.*$", "");
  }
}
