package io.firmament.analysis.advisory.kbuild;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// Writes the table of `KernelSources` from kernel source trees; `verify/kernel/run write` runs it.
///
/// Arguments: the file to write, then for each series its number and the folder of its tree, from
/// the oldest to the newest, as `6.1=FOLDER`.
public final class KernelSourcesTable {
  private static final String HEADER =
      """
      # Under which options each source file of the Linux kernel is built: facts that were taken from
      # the kernel's files of Kbuild and Kconfig and from its #include lines; none of their text.
      # Written by verify/kernel/run; docs/reference/kernel-sources.md says how, and what it means.
      """;
  private static final String OPEN = Guard.UNKNOWN.text();
  private static final Pattern NAME = Pattern.compile("[\\w.+,-]+");
  private static final Pattern OPTION = Pattern.compile("\\w+");

  private final List<String> series = new ArrayList<>();
  private final Map<String, Map<String, Integer>> files = new TreeMap<>();
  private final Map<String, Integer> options = new TreeMap<>();

  private KernelSourcesTable() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, Path> trees = new TreeMap<>();
    List<String> order = new ArrayList<>();
    for (String each : List.of(arguments).subList(1, arguments.length)) {
      String[] parts = each.split("=", 2);
      order.add(parts[0]);
      trees.put(parts[0], Path.of(parts[1]));
    }
    KernelSourcesTable table = new KernelSourcesTable();
    for (String name : order) {
      table.add(name, KernelTree.read(trees.get(name)));
    }
    // No name and no time in the file: the same trees give the same bytes.
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
      out.write(table.text().getBytes(StandardCharsets.UTF_8));
    }
  }

  /// The table of some trees, by the numbers of their series from the oldest to the newest.
  static String of(List<Map.Entry<String, KernelTree>> trees) {
    KernelSourcesTable table = new KernelSourcesTable();
    trees.forEach(tree -> table.add(tree.getKey(), tree.getValue()));
    return table.text();
  }

  private void add(String name, KernelTree tree) {
    int bit = 1 << series.size();
    series.add(name);
    Map<String, Guard> guards = KernelBuild.guards(tree);
    tree.sources()
        .filter(file -> !KernelBuild.isElsewhere(file))
        .filter(file -> NAME.matcher(KernelTree.name(file)).matches())
        .forEach(
            file ->
                files
                    .computeIfAbsent(file, _ -> new TreeMap<>())
                    .merge(guards.getOrDefault(file, Guard.UNKNOWN).text(), bit, Integer::sum));
    tree.options().forEach(option -> options.merge(option, bit, Integer::sum));
    System.out.printf("%s: something is known of %d files%n", name, guards.size());
  }

  private String text() {
    files.values().removeIf(guards -> guards.keySet().equals(Set.of(OPEN)));
    StringBuilder out = new StringBuilder(HEADER);
    out.append("#series ").append(String.join(" ", series)).append('\n');
    writeOptions(out);
    Map<String, Map<String, List<String>>> folders = new TreeMap<>();
    files.forEach(
        (file, guards) ->
            folders
                .computeIfAbsent(KernelTree.folder(file), _ -> new TreeMap<>())
                .computeIfAbsent(guard(guards), _ -> new ArrayList<>())
                .add(KernelTree.name(file)));
    folders.forEach(
        (folder, guards) -> {
          out.append('/').append(folder).append(folder.isEmpty() ? "\n" : "/\n");
          guards.forEach(
              (guard, names) ->
                  out.append(guard).append("\t ").append(String.join(" ", names)).append('\n'));
        });
    return out.toString();
  }

  private static String guard(Map<String, Integer> guards) {
    List<String> parts = new ArrayList<>();
    guards.forEach((guard, bits) -> parts.add(Integer.toHexString(bits) + ":" + guard));
    return String.join(";", parts);
  }

  /// Only options that guards name and that not every series has.
  private void writeOptions(StringBuilder out) {
    Set<String> named = new TreeSet<>();
    files
        .values()
        .forEach(
            guards ->
                guards
                    .keySet()
                    .forEach(g -> OPTION.matcher(g).results().forEach(m -> named.add(m.group()))));
    Map<Integer, List<String>> bySeries = new HashMap<>();
    options.forEach(
        (option, bits) -> {
          if (bits != (1 << series.size()) - 1 && named.contains(option)) {
            bySeries.computeIfAbsent(bits, _ -> new ArrayList<>()).add(option);
          }
        });
    new TreeMap<>(bySeries)
        .forEach(
            (bits, names) ->
                out.append('=')
                    .append(Integer.toHexString(bits))
                    .append('\t')
                    .append(String.join(" ", names))
                    .append('\n'));
  }
}
