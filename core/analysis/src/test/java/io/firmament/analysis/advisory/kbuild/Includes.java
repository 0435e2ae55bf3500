package io.firmament.analysis.advisory.kbuild;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file that others include is built where one of them is: headers, and sources that are parts of
/// others.
final class Includes {
  private static final Pattern INCLUDE =
      Pattern.compile("(?m)^[ \t]*#[ \t]*include[ \t]*([\"<])([^\">\n]+)[\">]");

  /// Headers that make and the build's own headers bring in by names that no source has.
  private static final Pattern HIDDEN =
      Pattern.compile(
          "include/(?:asm-generic|uapi|generated)/.*|arch/[^/]+/include/.*|.*/generated/.*");

  private final KernelTree tree;
  private final Map<String, List<String>> byName = new HashMap<>();
  private final Map<String, Set<String>> included = new HashMap<>();

  private Includes(KernelTree tree) {
    this.tree = tree;
  }

  /// The guards of what is built, and of what that includes; without those that say nothing.
  ///
  /// @param built what Kbuild builds by itself
  /// @param folders those whose other sources Kbuild does not build
  static Map<String, Guard> spread(KernelTree tree, Map<String, Guard> built, Set<String> folders) {
    Includes includes = new Includes(tree);
    List<String> files = tree.sources().filter(file -> !KernelBuild.isElsewhere(file)).toList();
    for (String file : files) {
      includes.byName.computeIfAbsent(KernelTree.name(file), _ -> new ArrayList<>()).add(file);
    }
    files.forEach(includes::scan);
    return includes.spread(files, built, folders);
  }

  private void scan(String file) {
    Set<String> found = new LinkedHashSet<>();
    Matcher include = INCLUDE.matcher(tree.text(file));
    while (include.find()) {
      String name = include.group(2).strip();
      String beside =
          KernelTree.resolve(KernelTree.folder(file), name).filter(tree::exists).orElse("");
      if (include.group(1).equals("\"") && !beside.isEmpty()) {
        found.add(beside);
      } else {
        found.addAll(candidates(name));
      }
    }
    included.put(file, found);
  }

  /// Every file that the name could mean, whichever folders the compiler is told to look in.
  private List<String> candidates(String name) {
    String tail = name.replaceFirst("^(?:\\.{0,2}/)+", "");
    return byName.getOrDefault(KernelTree.name(tail), List.of()).stream()
        .filter(file -> file.equals(tail) || file.endsWith("/" + tail))
        .toList();
  }

  private Map<String, Guard> spread(
      List<String> files, Map<String, Guard> built, Set<String> folders) {
    Map<String, Guard> guards = new TreeMap<>();
    for (String file : files) {
      boolean byOthers = file.endsWith(".h") || folders.contains(KernelTree.folder(file));
      Guard own = built.getOrDefault(file, byOthers ? Guard.NEVER : Guard.UNKNOWN);
      guards.put(file, HIDDEN.matcher(file).matches() ? Guard.UNKNOWN : own);
    }
    Deque<String> open = new ArrayDeque<>(files);
    Set<String> waiting = new HashSet<>(files);
    while (!open.isEmpty()) {
      String file = open.removeFirst();
      waiting.remove(file);
      Guard guard = guards.getOrDefault(file, Guard.NEVER).perhaps();
      for (String header : included.getOrDefault(file, Set.of())) {
        Guard before = guards.getOrDefault(header, Guard.NEVER);
        Guard after = before.or(guard);
        if (!after.equals(before)) {
          guards.put(header, after);
          if (waiting.add(header)) {
            open.addLast(header);
          }
        }
      }
    }
    guards.values().removeIf(guard -> guard.isOpen() || guard.isNever());
    return guards;
  }
}
