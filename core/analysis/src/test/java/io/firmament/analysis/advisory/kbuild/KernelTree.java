package io.firmament.analysis.advisory.kbuild;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The source files of a kernel, and the options that its Kconfig files declare.
final class KernelTree {
  private static final int LARGEST_FILE = 8 << 20;
  private static final Pattern CONFIG =
      Pattern.compile("\\s*(?:menu)?config\\s+(\\w+)\\s*(?:#.*)?");
  private static final Pattern TYPE =
      Pattern.compile("\\s+(def_bool|bool|def_tristate|tristate|string|hex|int)\\b.*");
  private static final Set<String> ENDS = Set.of("c", "S", "h");
  private static final List<String> BUILD_FILES = List.of("Makefile", "Kbuild", "Platform");

  private final Path root;
  private final Map<String, TreeSet<String>> folders = new HashMap<>();
  private final Map<String, Kind> options = new HashMap<>();

  /// What values an option can have.
  enum Kind {
    BOOL,
    TRISTATE,
    OTHER
  }

  private KernelTree(Path root) {
    this.root = root;
  }

  /// Lists the tree and reads its Kconfig files.
  static KernelTree read(Path root) throws IOException {
    KernelTree tree = new KernelTree(root);
    try (Stream<Path> all = Files.walk(root)) {
      all.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .forEach(tree::add);
    }
    tree.files().filter(file -> name(file).startsWith("Kconfig")).forEach(tree::declare);
    return tree;
  }

  private void add(String file) {
    folders.computeIfAbsent(folder(file), _ -> new TreeSet<>()).add(name(file));
    for (String at = folder(file); !at.isEmpty(); at = folder(at)) {
      folders.computeIfAbsent(folder(at), _ -> new TreeSet<>()).add(name(at) + "/");
    }
  }

  private void declare(String file) {
    String name = "";
    for (String line : text(file).lines().toList()) {
      Matcher config = CONFIG.matcher(line);
      Matcher type = TYPE.matcher(line);
      if (config.matches()) {
        name = config.group(1);
      } else if (!name.isEmpty() && type.matches()) {
        Kind kind =
            switch (type.group(1)) {
              case "bool", "def_bool" -> Kind.BOOL;
              case "tristate", "def_tristate" -> Kind.TRISTATE;
              default -> Kind.OTHER;
            };
        options.merge(name, kind, (a, b) -> a.compareTo(b) > 0 ? a : b);
      } else if (line.strip().equals("help") || line.strip().equals("---help---")) {
        name = "";
      }
    }
  }

  /// The kind of an option; empty for one that no Kconfig file declares.
  Optional<Kind> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /// Whether a configuration can have it as `y` or `m`.
  Set<String> options() {
    return options.keySet();
  }

  boolean exists(String path) {
    Set<String> names = folders.get(folder(path));
    return names != null && names.contains(name(path));
  }

  boolean isFolder(String path) {
    return folders.containsKey(path);
  }

  /// All files, in order.
  Stream<String> files() {
    return new TreeMap<>(folders)
        .entrySet().stream()
            .flatMap(
                folder ->
                    folder.getValue().stream()
                        .filter(name -> !name.endsWith("/"))
                        .map(name -> join(folder.getKey(), name)));
  }

  /// Sources and headers.
  Stream<String> sources() {
    return files().filter(file -> ENDS.contains(end(file)));
  }

  /// Files with rules for make.
  Stream<String> buildFiles() {
    return files().filter(file -> BUILD_FILES.contains(name(file)) || file.endsWith(".mk"));
  }

  /// Paths that a pattern matches, in which `*` stands for anything but a slash; folders where it
  /// ends with one.
  List<String> glob(String pattern) {
    if (!pattern.contains("*")) {
      boolean there =
          pattern.endsWith("/")
              ? isFolder(pattern.substring(0, pattern.length() - 1))
              : exists(pattern);
      return there ? List.of(pattern) : List.of();
    }
    Set<String> found = new TreeSet<>(Set.of(""));
    Deque<String> parts = new ArrayDeque<>(List.of(pattern.split("(?<=/)")));
    while (!parts.isEmpty()) {
      String part = parts.removeFirst();
      Set<String> next = new TreeSet<>();
      for (String at : found) {
        String folder = at.isEmpty() ? "" : at.substring(0, at.length() - 1);
        for (String name : folders.getOrDefault(folder, new TreeSet<>())) {
          if (matches(part, name)) {
            next.add(at + name);
          }
        }
      }
      found = next;
    }
    return List.copyOf(found);
  }

  /// Without regular expressions, which hostile patterns can keep busy.
  static boolean matches(String pattern, String name) {
    int star = pattern.indexOf('*');
    if (star < 0) {
      return pattern.equals(name);
    }
    if (!name.startsWith(pattern.substring(0, star))) {
      return false;
    }
    int at = star;
    String[] rest = pattern.substring(star + 1).split("\\*+", -1);
    for (int i = 0; i < rest.length - 1; i++) {
      int found = name.indexOf(rest[i], at);
      if (found < 0) {
        return false;
      }
      at = found + rest[i].length();
    }
    String last = rest[rest.length - 1];
    return name.length() - at >= last.length() && name.endsWith(last);
  }

  /// The text of a file; empty for one that is not there or is too large to be one of the kernel's.
  String text(String file) {
    if (!exists(file)) {
      return "";
    }
    try {
      Path path = root.resolve(file);
      return Files.size(path) > LARGEST_FILE
          ? ""
          : new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  static String folder(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  static String end(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  static String join(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /// A path without `.` and `..`, from a folder unless it begins with a slash, which stands for the
  /// root of the tree; empty for one that leaves the tree.
  static Optional<String> resolve(String folder, String path) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : (path.startsWith("/") ? path : folder + "/" + path).split("/")) {
      if (part.equals("..")) {
        if (parts.isEmpty()) {
          return Optional.empty();
        }
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return Optional.of(String.join("/", parts) + (path.endsWith("/") ? "/" : ""));
  }
}
