package io.firmament.analysis.advisory.kbuild;

import io.firmament.analysis.advisory.kbuild.Makefile.Rule;
import io.firmament.analysis.advisory.kbuild.Makefile.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// When each source file of a kernel is built: its files of Kbuild followed from the root.
final class KernelBuild {
  /// Lists that Kbuild builds from; those that only the tree's and the processors' own files have
  /// name their folders from the root.
  private static final List<String> LISTS =
      List.of("obj-y", "lib-y", "extra-y", "always-y", "subdir-y", "core-y", "drivers-y", "libs-y");

  private static final List<String> ROOT_LISTS =
      List.of("head-y", "init-y", "net-y", "virt-y", "machdirs", "platdirs");

  /// What runs on the machine that builds, or is an example.
  private static final List<String> ELSEWHERE =
      List.of("tools/", "scripts/", "samples/", "Documentation/", "debian/");

  private static final Pattern NO_OBJECTS =
      Pattern.compile("(?:clean-|no-).*|.*FLAGS.*|.*hostprogs.*");
  private static final List<String> SOURCES = List.of(".c", ".S");
  private static final int DEEPEST = 4;

  private final KernelTree tree;
  private final Map<String, Folder> folders = new HashMap<>();
  private final Map<String, Guard> reached = new TreeMap<>();
  private final Map<String, Guard> sources = new TreeMap<>();
  private final Set<String> read = new HashSet<>();

  /// What one folder's file of Kbuild says.
  ///
  /// @param folders where it goes on
  /// @param sources what it builds
  private record Folder(Map<String, Guard> folders, Map<String, Guard> sources) {}

  private KernelBuild(KernelTree tree) {
    this.tree = tree;
  }

  /// The guards of the sources and headers of a kernel; those of which nothing is known are left
  /// out.
  static Map<String, Guard> guards(KernelTree tree) {
    KernelBuild build = new KernelBuild(tree);
    build.follow();
    build.collect();
    build.customRules();
    return Includes.spread(tree, build.sources, build.reached.keySet());
  }

  static boolean isElsewhere(String file) {
    return ELSEWHERE.stream().anyMatch(file::startsWith);
  }

  /// Until nothing changes: a guard only grows, and has an end.
  private void follow() {
    Deque<String> open = new ArrayDeque<>();
    Stream.concat(Stream.of("Makefile", "Kbuild"), tree.glob("arch/*/Makefile").stream())
        .forEach(
            file -> {
              reached.put(file, Guard.ALWAYS);
              open.add(file);
            });
    while (!open.isEmpty()) {
      String at = open.removeFirst();
      Guard guard = reached.getOrDefault(at, Guard.NEVER);
      folders
          .computeIfAbsent(at, this::folder)
          .folders()
          .forEach(
              (to, edge) -> {
                Guard before = reached.getOrDefault(to, Guard.NEVER);
                Guard after = before.or(guard.and(edge));
                if (!after.equals(before)) {
                  reached.put(to, after);
                  if (!open.contains(to)) {
                    open.addLast(to);
                  }
                }
              });
    }
  }

  private void collect() {
    reached.forEach(
        (at, guard) ->
            folders
                .get(at)
                .sources()
                .forEach((source, when) -> sources.merge(source, guard.and(when), Guard::or)));
  }

  /// A folder, or one of the files that are read from the root.
  private Folder folder(String at) {
    boolean root = at.equals("Makefile") || at.equals("Kbuild");
    boolean named = root || at.matches("arch/[^/]+/Makefile");
    String file = at;
    if (!named) {
      file = tree.exists(at + "/Kbuild") ? at + "/Kbuild" : at + "/Makefile";
    }
    String folder = named ? "" : at;
    read.add(file);
    Makefile makefile = Makefile.read(tree, file, folder, root);
    return new Reading(makefile, folder, named).folder();
  }

  /// The reading of one file of Kbuild.
  private final class Reading {
    private final Makefile makefile;
    private final String folder;
    private final Folder result = new Folder(new TreeMap<>(), new TreeMap<>());
    private final List<Word> objects = new ArrayList<>();

    Reading(Makefile makefile, String folder, boolean root) {
      this.makefile = makefile;
      this.folder = folder;
      for (String list : LISTS) {
        makefile.words(list).forEach(word -> word(word, list.startsWith("subdir")));
      }
      if (root) {
        ROOT_LISTS.forEach(list -> makefile.words(list).forEach(word -> word(word, false)));
      }
      if (!root) {
        others();
      }
      makefile.rules().forEach(this::rule);
      if (makefile.isOpen()) {
        everything(Guard.UNKNOWN);
      }
    }

    Folder folder() {
      return result;
    }

    private void word(Word word, boolean isFolder) {
      String text = word.text();
      if (text.equals("*")) {
        everything(word.guard());
      } else if (text.endsWith("/") || isFolder) {
        resolved(text.endsWith("/") ? text : text + "/").forEach(to -> folder(to, word.guard()));
      } else if (text.endsWith("/built-in.a") || text.endsWith("/lib.a")) {
        resolved(KernelTree.folder(text) + "/").forEach(to -> folder(to, word.guard()));
      } else if (text.endsWith(".o")) {
        object(word, 0);
      } else if (text.endsWith("*")) {
        resolved(text + "/").forEach(to -> folder(to, word.guard()));
        object(new Word(word.guard().perhaps(), text + ".o"), 0);
      }
    }

    private void folder(String path, Guard guard) {
      result.folders().merge(path.substring(0, path.length() - 1), guard, Guard::or);
    }

    private List<String> resolved(String path) {
      return KernelTree.resolve(folder, path).map(tree::glob).orElse(List.of());
    }

    /// An object is made of others where there is a list for it, and of its own source where the
    /// list is empty.
    private void object(Word word, int depth) {
      if (word.guard().isNever() || depth > DEEPEST) {
        return;
      }
      String stem = word.text().substring(0, word.text().length() - 2);
      List<Word> parts = new ArrayList<>(makefile.words(stem + "-y"));
      parts.addAll(makefile.words(stem + "-objs"));
      Guard whole = parts.isEmpty() ? word.guard() : word.guard().perhaps();
      for (Word part : parts) {
        Guard guard = word.guard().and(part.guard());
        if (part.text().equals(word.text()) || !part.text().endsWith(".o")) {
          word(new Word(guard, part.text().endsWith(".o") ? "*" : part.text()), false);
        } else {
          object(new Word(guard, part.text()), depth + 1);
        }
      }
      objects.add(new Word(whole, word.text()));
      for (String end : SOURCES) {
        resolved(stem + end).forEach(source -> source(source, whole));
      }
    }

    private void source(String source, Guard guard) {
      result.sources().merge(source, guard, Guard::or);
    }

    /// Anything in the folder may be built.
    private void everything(Guard guard) {
      for (String end : SOURCES) {
        resolved("*" + end).forEach(source -> source(source, guard.perhaps()));
      }
      if (!folder.isEmpty()) {
        resolved("*/").forEach(to -> folder(to, guard.perhaps()));
      }
    }

    /// Objects in lists that Kbuild does not know: rules of the file's own may build them.
    private void others() {
      for (String name : makefile.unused()) {
        if (!NO_OBJECTS.matcher(name).matches()) {
          makefile.words(name).stream()
              .filter(word -> word.text().endsWith(".o") && !word.text().startsWith("*"))
              .forEach(word -> object(new Word(word.guard().perhaps(), word.text()), DEEPEST));
        }
      }
    }

    private void rule(Rule rule) {
      for (String source : named(makefile, rule)) {
        if (!source.contains("%")) {
          resolved(source).forEach(path -> source(path, rule.guard().perhaps()));
          continue;
        }
        for (String target : rule.targets()) {
          for (Word expanded : makefile.expand(target)) {
            patterned(expanded.text(), source, rule.guard());
          }
        }
      }
    }

    private void patterned(String target, String source, Guard guard) {
      String wanted = KernelTree.resolve(folder, target).orElse("").replace("%", "*");
      for (Word object : objects) {
        String path = KernelTree.resolve(folder, object.text()).orElse("");
        if (wanted.contains("*") && KernelTree.matches(wanted, path)) {
          int star = wanted.indexOf('*');
          String stem = path.substring(star, path.length() - (wanted.length() - star - 1));
          resolved(source.replace("%", stem))
              .forEach(found -> source(found, guard.and(object.guard()).perhaps()));
        }
      }
    }
  }

  /// The sources that a rule names.
  private static List<String> named(Makefile makefile, Rule rule) {
    List<String> named = new ArrayList<>();
    for (String source : rule.sources()) {
      if (source.contains(".c") || source.contains(".S") || source.contains("$")) {
        makefile.expand(source).stream()
            .map(Word::text)
            .filter(text -> SOURCES.stream().anyMatch(text::endsWith) && !text.startsWith("*"))
            .forEach(named::add);
      }
    }
    return named;
  }

  /// Of the files that are not reached, such as those of boot loaders, only what their rules name
  /// elsewhere in the tree counts.
  private void customRules() {
    for (String file : tree.buildFiles().toList()) {
      if (isElsewhere(file) || read.contains(file)) {
        continue;
      }
      String folder = KernelTree.folder(file);
      Makefile makefile = Makefile.read(tree, file, folder, false);
      for (Rule rule : makefile.rules()) {
        for (String source : named(makefile, rule)) {
          String pattern = source.replace("%", "*");
          KernelTree.resolve(folder, pattern).map(tree::glob).orElse(List.of()).stream()
              .filter(path -> !KernelTree.folder(path).equals(folder))
              .forEach(path -> sources.merge(path, Guard.UNKNOWN, Guard::or));
        }
      }
    }
  }
}
