package io.firmament.analysis.inventory;

import java.util.List;

/// A package manager's record of what it installed.
sealed interface PackageDatabase permits DpkgDatabase, OpkgDatabase, ApkDatabase {
  DetectorCard card();

  List<InstalledPackage> read(Roots roots);
}
