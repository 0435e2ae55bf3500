package io.firmament.analysis.advisory;

import io.firmament.analysis.inventory.ImageContents;
import io.firmament.analysis.inventory.InventoryReport;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an image tells of whether vulnerable code is in it, can be reached and is exposed. What is
/// not known is empty, and then nothing is concluded.
///
/// @param architecture as the kernel's source names it, for example `mips` or `arm64`
/// @param kernelOptions options of the kernel that are built in or modules, without `CONFIG_`
/// @param applets of BusyBox that can be called
/// @param programs names of the executable files
/// @param exposures of components, by their ids
public record ImageFacts(
    Optional<String> architecture,
    Optional<Set<String>> kernelOptions,
    Optional<Set<String>> applets,
    Optional<Set<String>> programs,
    Map<String, Exposure> exposures) {
  public ImageFacts {
    kernelOptions = kernelOptions.map(Set::copyOf);
    applets = applets.map(Set::copyOf);
    programs = programs.map(Set::copyOf);
    exposures = Map.copyOf(exposures);
  }

  /// How a component is used in the image.
  ///
  /// @param loaded whether a program loads the library
  /// @param started whether anything starts the program
  /// @param listens whether it takes connections from the network
  public record Exposure(
      Optional<Boolean> loaded, Optional<Boolean> started, Optional<Boolean> listens) {}

  /// What an inventory tells; how components are used is not in it.
  public static ImageFacts of(InventoryReport inventory) {
    ImageContents contents = inventory.contents();
    if (contents == null) {
      return unknown();
    }
    return new ImageFacts(
        Optional.ofNullable(inventory.identity().architecture()),
        Optional.ofNullable(contents.kernelOptions()).map(Set::copyOf),
        Optional.ofNullable(contents.applets()).map(Set::copyOf),
        contents.programs().isEmpty()
            ? Optional.empty()
            : Optional.of(Set.copyOf(contents.programs())),
        Map.of());
  }

  /// Nothing is known.
  public static ImageFacts unknown() {
    return new ImageFacts(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
  }
}
