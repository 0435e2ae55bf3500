package io.firmament.analysis.inventory;

import io.avaje.jsonb.Json;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.FileTree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What of an image tells whether code that could be in it is in it.
///
/// @param applets names under which BusyBox can be called, sorted; null where no file of the image
///     is BusyBox, or where no link leads to it, so that it may be called by arguments only
/// @param programs names of the files that a machine can run, sorted
/// @param kernelOptions options of the kernel's configuration that are built in or modules, without
///     `CONFIG_`, sorted; null where the image has not exactly one configuration
@Json
public record ImageContents(
    @Nullable List<String> applets, List<String> programs, @Nullable List<String> kernelOptions) {
  private static final int FEWEST_APPLETS = 20;
  private static final int LARGEST_CONFIGURATION = 1 << 20;
  private static final Pattern BUSYBOX = Pattern.compile("busybox(?:[._-].*)?");
  private static final Pattern CONFIGURATION =
      Pattern.compile("(?:config-\\d.*|\\.config|config|config\\.txt|ikconfig.*)");
  private static final Pattern TITLE = Pattern.compile("# Linux/\\S+ \\S+ Kernel Configuration");
  private static final Pattern OPTION = Pattern.compile("(?m)^CONFIG_(\\w+)=[ym]$");

  public ImageContents {
    applets = applets == null ? null : List.copyOf(applets);
    programs = List.copyOf(programs);
    kernelOptions = kernelOptions == null ? null : List.copyOf(kernelOptions);
  }

  static ImageContents of(FileTree tree, List<BlobFacts> contents) {
    SortedSet<String> programs = new TreeSet<>();
    Set<String> busyboxes = new HashSet<>();
    for (BlobFacts facts : contents) {
      for (Entry file : facts.blob().files()) {
        if (facts.elf().isPresent()) {
          programs.add(file.path().name());
          if (BUSYBOX.matcher(file.path().name()).matches()) {
            busyboxes.add(facts.blob().sha256().hex());
          }
        }
      }
    }
    List<SortedSet<String>> configurations =
        contents.stream().flatMap(facts -> options(facts.blob()).stream()).toList();
    return new ImageContents(
        busyboxes.isEmpty() ? null : applets(tree, busyboxes),
        List.copyOf(programs),
        configurations.size() == 1 ? List.copyOf(configurations.getFirst()) : null);
  }

  /// Symbolic links that lead to it, and further names of the same file.
  private static @Nullable List<String> applets(FileTree tree, Set<String> busyboxes) {
    SortedSet<String> applets = new TreeSet<>();
    for (Entry entry : tree.entries()) {
      Entry target =
          entry.linkTarget().isPresent() ? tree.resolve(entry.path()).orElse(entry) : entry;
      boolean same = target.sha256().map(hash -> busyboxes.contains(hash.hex())).orElse(false);
      if (same && !BUSYBOX.matcher(entry.path().name()).matches()) {
        applets.add(entry.path().name());
      }
    }
    return applets.size() < FEWEST_APPLETS ? null : List.copyOf(applets);
  }

  private static List<SortedSet<String>> options(Blob blob) {
    boolean named =
        blob.files().stream().anyMatch(f -> CONFIGURATION.matcher(f.path().name()).matches());
    if (!named || blob.content().size() > LARGEST_CONFIGURATION) {
      return List.of();
    }
    String text = Text.of(blob.content());
    if (!TITLE.matcher(text.substring(0, Math.min(400, text.length()))).find()) {
      return List.of();
    }
    SortedSet<String> options = new TreeSet<>();
    Matcher option = OPTION.matcher(text);
    while (option.find()) {
      options.add(option.group(1));
    }
    List<SortedSet<String>> found = new ArrayList<>();
    found.add(options);
    return found;
  }
}
