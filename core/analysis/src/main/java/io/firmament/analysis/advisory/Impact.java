package io.firmament.analysis.advisory;

import io.firmament.base.finding.Component;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Judges whether the vulnerable code is in the image, can be reached and is exposed. A function of
/// its arguments: the same facts give the same reasons.
final class Impact {
  /// Without the code there is no flaw, however exactly the version fits.
  private static final int ABSENT = -6;

  private static final int BUILT = 2;
  private static final int NEVER_LOADED = -2;
  private static final int NEVER_STARTED = -1;
  private static final int LISTENS = 2;

  /// Kernel architectures by the names that images have them under.
  private static final Map<String, String> ARCHITECTURES =
      Map.ofEntries(
          Map.entry("aarch64", "arm64"),
          Map.entry("arm64", "arm64"),
          Map.entry("arm", "arm"),
          Map.entry("mips", "mips"),
          Map.entry("mips64", "mips"),
          Map.entry("x86", "x86"),
          Map.entry("x86_64", "x86"),
          Map.entry("i386", "x86"),
          Map.entry("powerpc", "powerpc"),
          Map.entry("powerpc64", "powerpc"),
          Map.entry("riscv", "riscv"),
          Map.entry("sparc", "sparc"),
          Map.entry("s390", "s390"),
          Map.entry("superh", "sh"));

  private final Map<String, List<String>> needs;

  private Impact(Map<String, List<String>> needs) {
    this.needs = needs;
  }

  /// With the tables that come with Firmament.
  static Impact standard() {
    Map<String, List<String>> needs = new HashMap<>();
    for (String[] row : rows("vulnerable-code.tsv")) {
      needs.computeIfAbsent(row[0], _ -> new ArrayList<>()).add(row[1] + " " + row[2]);
    }
    return new Impact(needs);
  }

  private static List<String[]> rows(String table) {
    InputStream resource = Impact.class.getResourceAsStream(table);
    if (resource == null) {
      throw new IllegalStateException("the program's own " + table + " is missing");
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return in.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The reasons for one vulnerability in one component.
  ///
  /// @param files the source files of the kernel that hold the flaw; none where they are not known
  List<Reason> reasons(
      String cve, Component component, Collection<String> files, ImageFacts image) {
    List<Reason> reasons = new ArrayList<>();
    kernel(files, component.version(), image).ifPresent(reasons::add);
    for (String need : needs.getOrDefault(cve, List.of())) {
      String name = need.substring(need.indexOf(' ') + 1);
      if (need.startsWith("applet ")) {
        image
            .applets()
            .filter(there -> !there.contains(name))
            .ifPresent(
                _ ->
                    reasons.add(
                        new Reason(
                            "applet-absent",
                            "it is in the BusyBox applet " + name + ", which is not in the image",
                            ABSENT)));
      } else {
        image
            .programs()
            .filter(there -> !there.contains(name))
            .ifPresent(
                _ ->
                    reasons.add(
                        new Reason(
                            "tool-only",
                            "it is in the program " + name + ", which is not in the image",
                            ABSENT)));
      }
    }
    Optional.ofNullable(image.exposures().get(component.id()))
        .ifPresent(exposure -> exposed(exposure, reasons));
    return reasons;
  }

  private static void exposed(ImageFacts.Exposure exposure, List<Reason> reasons) {
    if (exposure.loaded().equals(Optional.of(false))) {
      reasons.add(
          new Reason("never-loaded", "no program of the image loads the library", NEVER_LOADED));
    }
    if (exposure.started().equals(Optional.of(false))) {
      reasons.add(
          new Reason("never-started", "nothing in the image starts the program", NEVER_STARTED));
    }
    if (exposure.listens().equals(Optional.of(true))) {
      reasons.add(new Reason("listens", "it takes connections from the network", LISTENS));
    }
  }

  /// A flaw is absent only where each file that holds it is known not to be built.
  private static Optional<Reason> kernel(
      Collection<String> files, @Nullable String version, ImageFacts image) {
    List<Truth> built = new ArrayList<>();
    boolean foreign = !files.isEmpty();
    for (String file : files) {
      boolean other = isOtherArchitecture(file, image);
      foreign &= other;
      built.add(other ? Truth.FALSE : built(file, version, image));
    }
    String names = String.join(", ", files);
    if (foreign) {
      return Optional.of(
          new Reason("other-architecture", names + " is for another architecture", ABSENT));
    }
    if (!built.isEmpty() && built.stream().allMatch(Truth.FALSE::equals)) {
      return Optional.of(
          new Reason("code-not-built", names + " is not built into this kernel", ABSENT));
    }
    return built.contains(Truth.TRUE)
        ? Optional.of(new Reason("code-built", names + " is built into this kernel", BUILT))
        : Optional.empty();
  }

  private static boolean isOtherArchitecture(String file, ImageFacts image) {
    if (!file.startsWith("arch/") || image.architecture().isEmpty()) {
      return false;
    }
    String own = ARCHITECTURES.get(image.architecture().get());
    String wanted = file.split("/", 3)[1];
    return own != null && !own.equals(wanted);
  }

  /// Code of a module counts as built, also where the module's file is not in the image: it may lie
  /// in a part that was not unpacked or be loaded from elsewhere.
  private static Truth built(String file, @Nullable String version, ImageFacts image) {
    return image
        .kernelOptions()
        .map(set -> KernelSources.standard().built(file, version == null ? "" : version, set))
        .orElse(Truth.UNKNOWN);
  }
}
