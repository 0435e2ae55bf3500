package io.firmament.analysis.advisory.kbuild;

import io.firmament.analysis.advisory.kbuild.MakeText.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One file of Kbuild with what it includes, read for what can be in its variables and under which
/// options.
///
/// Every assignment counts, also those that a later one replaces; words that depend on something
/// unknown have a `*` in that place. So the variables have at least what make would find in them.
final class Makefile {
  /// A word of a variable, and when it is there.
  record Word(Guard guard, String text) {}

  /// A rule: targets, and what they are made from.
  record Rule(Guard guard, List<String> targets, List<String> sources) {}

  private record Assigned(Guard guard, String value) {}

  /// An open conditional.
  ///
  /// @param now when the lines that follow count
  /// @param rest when those after the next `else` do
  private record Block(Guard outer, Guard now, Guard rest) {}

  private static final int DEEPEST = 24;
  private static final int MOST_WORDS = 20_000;
  private static final int MOST_INCLUDES = 400;
  private static final int MOST_STEPS = 20_000;
  private static final int LONGEST_LINE = 1 << 16;
  private static final String ANYTHING = "*";
  private static final Pattern DIRECTIVE =
      Pattern.compile(
          "\\s*(ifdef|ifndef|ifeq|ifneq|else|endif|define|endef|-?include|sinclude)\\b(.*)");
  private static final Pattern MODIFIER = Pattern.compile("(override|export|private)\\s+(.*)");
  private static final Pattern FUNCTION = Pattern.compile("([a-z-]+)[ \t]+(.*)");
  private static final Pattern SUBSTITUTION = Pattern.compile("([\\w./-]+):([^=]*)=(.*)");
  private static final Pattern LISTS = Pattern.compile(".*(?:-[ym]?|-objs)");

  private final KernelTree tree;
  private final String folder;
  private final boolean top;
  private final MakeConditions conditions;
  private final Map<String, List<Assigned>> variables = new TreeMap<>();
  private final List<Rule> rules = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final Set<String> expanding = new HashSet<>();
  private final Map<String, List<Word>> known = new HashMap<>();
  private int knownAt;
  private int assignments;
  private int cycles;
  private int steps;
  private int included;
  private boolean open;

  /// Reads a file.
  ///
  /// @param folder that its names start from
  /// @param top whether it is the tree's own, whose conditions are about how make was called
  static Makefile read(KernelTree tree, String file, String folder, boolean top) {
    Makefile makefile = new Makefile(tree, folder, top);
    makefile.file(file, Guard.ALWAYS);
    return makefile;
  }

  private Makefile(KernelTree tree, String folder, boolean top) {
    this.tree = tree;
    this.folder = folder;
    this.top = top;
    this.conditions = new MakeConditions(tree, this);
  }

  /// Whether something was not understood that could build any file of the folder.
  boolean isOpen() {
    return open;
  }

  List<Rule> rules() {
    return List.copyOf(rules);
  }

  /// Names of variables that have been asked for neither from outside nor by others.
  List<String> unused() {
    return variables.keySet().stream()
        .filter(name -> !used.contains(name) && !name.contains("@"))
        .toList();
  }

  private void file(String file, Guard guard) {
    if (++included > MOST_INCLUDES) {
      open = true;
      return;
    }
    Deque<Block> blocks = new ArrayDeque<>();
    boolean defining = false;
    for (String line : MakeText.lines(tree.text(file))) {
      Matcher directive = DIRECTIVE.matcher(line);
      if (line.length() > LONGEST_LINE) {
        open = true;
      } else if (directive.matches() && !isAssignment(directive.group(2))) {
        String word = directive.group(1);
        defining = word.equals("define") || (defining && !word.equals("endef"));
        if (!defining) {
          directive(word, directive.group(2).strip(), blocks, guard);
        }
      } else if (!defining) {
        statement(line, blocks.isEmpty() ? guard : blocks.peek().now());
      }
    }
    open |= !blocks.isEmpty();
  }

  private static boolean isAssignment(String rest) {
    return rest.strip().matches("(?:::?|\\?|\\+)?=.*");
  }

  private void directive(String word, String rest, Deque<Block> blocks, Guard outermost) {
    Guard outer = blocks.isEmpty() ? outermost : blocks.peek().now();
    switch (word) {
      case "ifdef", "ifndef", "ifeq", "ifneq" -> {
        MakeConditions.Answer answer = answer(word, rest);
        blocks.push(new Block(outer, outer.and(answer.yes()), outer.and(answer.no())));
      }
      case "else" -> {
        if (blocks.isEmpty()) {
          open = true;
          return;
        }
        Block block = blocks.pop();
        MakeConditions.Answer answer = new MakeConditions.Answer(Guard.ALWAYS, Guard.NEVER);
        String[] next = rest.split("(?<=^ifn?(?:def|eq))", 2);
        if (next.length == 2 && rest.startsWith("if")) {
          answer = answer(next[0], next[1].strip());
        }
        blocks.push(
            new Block(
                block.outer(), block.rest().and(answer.yes()), block.rest().and(answer.no())));
      }
      case "endif" -> {
        open |= blocks.isEmpty();
        blocks.poll();
      }
      case "include", "-include", "sinclude" -> include(rest, outer);
      default -> {}
    }
  }

  private MakeConditions.Answer answer(String word, String rest) {
    return top && !rest.contains("CONFIG_")
        ? new MakeConditions.Answer(Guard.ALWAYS, Guard.ALWAYS)
        : conditions.of(word, rest);
  }

  private void include(String names, Guard guard) {
    for (Word word : expand(names)) {
      String path = word.text().startsWith("/") ? word.text() : "/" + word.text();
      List<String> files = KernelTree.resolve("", path).map(tree::glob).orElse(List.of());
      if (word.text().equals(ANYTHING)) {
        open = true;
      } else {
        files.stream()
            .filter(file -> !file.startsWith("scripts/") && !file.endsWith("/"))
            .forEach(file -> file(file, guard.and(word.guard())));
      }
    }
  }

  private void statement(String line, Guard guard) {
    boolean recipe = line.startsWith("\t");
    String text = line.strip();
    Matcher modifier = MODIFIER.matcher(text);
    while (modifier.matches()) {
      text = modifier.group(2);
      modifier = MODIFIER.matcher(text);
    }
    int equals = MakeText.find(text, '=');
    int colon = MakeText.find(text, ':');
    boolean assigns =
        equals > 0
            && (colon < 0
                || equals < colon
                || text.substring(colon, equals).equals(":".repeat(equals - colon)));
    if (assigns) {
      String name = text.substring(0, equals);
      String bare = name.replaceFirst("\\s*(?:::?:?|[?+!])?$", "").strip();
      if (MakeText.words(bare).size() == 1) {
        assign(bare, name.endsWith("!"), text.substring(equals + 1), guard);
      }
    } else if (!recipe && colon > 0) {
      rule(text.substring(0, colon), text.substring(colon + 1), guard);
    } else if (!recipe && text.startsWith("$(eval")) {
      open = true;
    }
  }

  private void rule(String targets, String sources, Guard guard) {
    String prerequisites = MakeText.split(sources.replaceFirst("^:", ""), ';', 2).getFirst();
    if (MakeText.find(prerequisites, '=') >= 0) {
      return;
    }
    List<String> pieces = MakeText.split(prerequisites, ':', 2);
    rules.add(new Rule(guard, MakeText.words(targets), MakeText.words(pieces.getLast())));
  }

  private void assign(String name, boolean shell, String value, Guard guard) {
    String text = shell ? "$(shell)" : value.strip();
    int dash = name.indexOf("-$");
    if (dash > 0 && MakeText.parts(name.substring(dash + 1)).stream().allMatch(Part::reference)) {
      Guard selected = conditions.isSet(name.substring(dash + 1)).yes();
      add(name.substring(0, dash) + "-y", text, guard.and(selected));
    } else if (!name.contains("$")) {
      add(key(name), text, guard);
    } else {
      for (Word word : expand(name)) {
        boolean unclear = word.text().contains(ANYTHING);
        open |= unclear && LISTS.matcher(word.text()).matches();
        if (!unclear) {
          add(key(word.text()), text, guard.and(word.guard()));
        }
      }
    }
  }

  /// What refers to the variable itself means its value so far.
  private void add(String name, String value, Guard guard) {
    String text = value;
    String itself = itself(name, value);
    if (!itself.isEmpty()) {
      String before = name + "@" + variables.size();
      variables.put(before, List.copyOf(variables.getOrDefault(name, List.of())));
      text = value.replace(itself, "$(" + before + ")");
    }
    variables.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Assigned(guard, text));
    assignments++;
  }

  private static String itself(String name, String value) {
    for (String other : List.of(name, name.replaceFirst("-y$", "-m"))) {
      if (value.contains("$(" + other + ")")) {
        return "$(" + other + ")";
      }
    }
    return "";
  }

  /// Lists for built in and for modules are one list here.
  private static String key(String name) {
    return name.endsWith("-m") ? name.substring(0, name.length() - 1) + "y" : name;
  }

  /// The words of a variable.
  List<Word> words(String name) {
    String key = key(name.endsWith("-") ? name + "y" : name);
    used.add(key);
    List<Word> known = known(name);
    if (!known.isEmpty()) {
      return known;
    }
    if (++steps > MOST_STEPS) {
      open = true;
      return unknown();
    }
    if (expanding.size() > DEEPEST || !expanding.add(key)) {
      cycles++;
      return List.of();
    }
    int before = cycles;
    List<Word> words = new ArrayList<>();
    for (Assigned assigned : variables.getOrDefault(key, List.of())) {
      Guard guard = name.endsWith("-") ? Guard.UNKNOWN : assigned.guard();
      expand(assigned.value()).forEach(w -> words.add(new Word(guard.and(w.guard()), w.text())));
    }
    expanding.remove(key);
    List<Word> found = bounded(words);
    if (before == cycles) {
      known.addAll(found);
    }
    return found;
  }

  /// What was found before, while nothing has been assigned since.
  private List<Word> known(String name) {
    if (knownAt != assignments) {
      known.clear();
      knownAt = assignments;
    }
    return known.computeIfAbsent(name, _ -> new ArrayList<>());
  }

  /// Each word once, and not more of them than a real file has.
  private List<Word> bounded(List<Word> words) {
    Map<String, Guard> each = new LinkedHashMap<>();
    words.forEach(word -> each.merge(word.text(), word.guard(), Guard::or));
    if (each.size() > MOST_WORDS) {
      open = true;
      return unknown();
    }
    return each.entrySet().stream().map(e -> new Word(e.getValue(), e.getKey())).toList();
  }

  /// The words that a text comes to.
  List<Word> expand(String text) {
    List<Word> all = new ArrayList<>();
    for (String word : MakeText.words(text)) {
      List<Word> begun = List.of(new Word(Guard.ALWAYS, ""));
      for (Part part : MakeText.parts(word)) {
        begun =
            part.reference()
                ? joinPerhaps(begun, reference(part.text()))
                : join(begun, part.text());
      }
      begun.stream().filter(w -> !w.text().isEmpty() && !w.guard().isNever()).forEach(all::add);
    }
    return bounded(all);
  }

  private static List<Word> join(List<Word> begun, String text) {
    return begun.stream().map(w -> new Word(w.guard(), w.text() + text)).toList();
  }

  /// A reference that may come to nothing leaves the rest of its word.
  private List<Word> joinPerhaps(List<Word> begun, List<Word> next) {
    List<Word> joined = new ArrayList<>(join(begun, next));
    if (next.stream().noneMatch(w -> w.guard().equals(Guard.ALWAYS))) {
      joined.addAll(perhaps(begun));
    }
    return joined;
  }

  private List<Word> join(List<Word> begun, List<Word> next) {
    if ((long) begun.size() * next.size() > MOST_WORDS) {
      open = true;
      return unknown();
    }
    List<Word> joined = new ArrayList<>();
    for (Word left : begun) {
      for (Word right : next) {
        joined.add(new Word(left.guard().and(right.guard()), left.text() + right.text()));
      }
    }
    return joined;
  }

  private List<Word> reference(String text) {
    Matcher function = FUNCTION.matcher(text);
    if (function.matches()) {
      return call(function.group(1), MakeText.split(function.group(2), ',', Integer.MAX_VALUE));
    }
    Matcher substitution = SUBSTITUTION.matcher(text);
    if (substitution.matches()) {
      String from = substitution.group(2);
      boolean pattern = from.contains("%");
      return substituted(
          pattern ? from : "%" + from,
          pattern ? substitution.group(3) : "%" + substitution.group(3),
          reference(substitution.group(1)));
    }
    if (text.contains("$")) {
      return unknown();
    }
    return constant(text)
        .map(value -> List.of(new Word(Guard.ALWAYS, value)))
        .orElseGet(() -> variable(text));
  }

  private List<Word> variable(String name) {
    if (variables.containsKey(key(name.endsWith("-") ? name + "y" : name))) {
      return words(name);
    }
    return LISTS.matcher(name).matches() || expanding.contains(name) ? List.of() : unknown();
  }

  /// What the kernel's own make sets.
  private Optional<String> constant(String name) {
    return switch (name) {
      case "srctree", "objtree", "srcroot", "abs_srctree", "abs_objtree" -> Optional.of("/.");
      case "src", "obj" -> Optional.of("/" + (folder.isEmpty() ? "." : folder));
      case "KBUILD_EXTMOD", "ARCH_CORE", "ARCH_LIB", "ARCH_DRIVERS" -> Optional.of("");
      case "comma" -> Optional.of(",");
      default -> Optional.empty();
    };
  }

  private static List<Word> unknown() {
    return List.of(new Word(Guard.UNKNOWN, ANYTHING));
  }

  private List<Word> call(String function, List<String> arguments) {
    String last = arguments.getLast();
    int count = arguments.size();
    return switch (function) {
      case "strip", "sort", "wildcard", "abspath", "realpath" -> expand(last);
      case "firstword", "lastword" -> perhaps(expand(last));
      case "filter", "filter-out", "word", "wordlist" -> perhaps(expand(last));
      case "addprefix" -> count == 2 ? join(expand(arguments.getFirst()), expand(last)) : unknown();
      case "addsuffix" -> count == 2 ? join(expand(last), expand(arguments.getFirst())) : unknown();
      case "patsubst" ->
          count == 3
              ? substituted(plain(arguments.get(0)), plain(arguments.get(1)), expand(last))
              : unknown();
      case "subst" ->
          count == 3 ? replaced(plain(arguments.get(0)), plain(arguments.get(1)), last) : unknown();
      case "notdir" -> mapped(expand(last), w -> w.substring(w.lastIndexOf('/') + 1));
      case "dir" -> mapped(expand(last), w -> w.contains("/") ? KernelTree.folder(w) + "/" : "./");
      case "basename" -> mapped(expand(last), w -> w.replaceFirst("\\.[^./]*$", ""));
      case "if" -> either(arguments);
      case "or", "and" -> arguments.stream().flatMap(a -> perhaps(expand(a)).stream()).toList();
      case "foreach" -> count == 3 ? each(arguments) : unknown();
      case "info", "warning", "error" -> List.of();
      case "eval" -> {
        open = true;
        yield List.of();
      }
      default -> unknown();
    };
  }

  private String plain(String argument) {
    List<Word> words = expand(argument);
    return words.size() == 1 ? words.getFirst().text() : argument.strip();
  }

  private static List<Word> perhaps(List<Word> words) {
    return words.stream().map(w -> new Word(w.guard().perhaps(), w.text())).toList();
  }

  private static List<Word> mapped(List<Word> words, UnaryOperator<String> change) {
    return words.stream().map(w -> new Word(w.guard(), change.apply(w.text()))).toList();
  }

  private List<Word> replaced(String from, String to, String list) {
    return mapped(expand(list), w -> from.isEmpty() ? w : w.replace(from, to));
  }

  private List<Word> either(List<String> arguments) {
    MakeConditions.Answer answer = conditions.isSet(arguments.getFirst());
    List<Word> words = new ArrayList<>();
    for (int i = 1; i < Math.min(3, arguments.size()); i++) {
      Guard guard = i == 1 ? answer.yes() : answer.no();
      expand(arguments.get(i)).forEach(w -> words.add(new Word(guard.and(w.guard()), w.text())));
    }
    return words;
  }

  private List<Word> each(List<String> arguments) {
    String name = arguments.getFirst().strip();
    List<Word> words = new ArrayList<>();
    for (Word item : expand(arguments.get(1))) {
      String body = arguments.get(2).replace("$(" + name + ")", item.text());
      expand(body).forEach(w -> words.add(new Word(item.guard().and(w.guard()), w.text())));
    }
    return bounded(words);
  }

  /// A word of which only a part is known may match or not, so both are kept.
  private static List<Word> substituted(String from, String to, List<Word> words) {
    List<Word> all = new ArrayList<>();
    int percent = from.indexOf('%');
    for (Word word : words) {
      String text = word.text();
      String tail = percent < 0 ? "" : from.substring(percent + 1);
      boolean fits =
          percent < 0
              ? text.equals(from)
              : text.startsWith(from.substring(0, percent))
                  && text.endsWith(tail)
                  && text.length() >= from.length() - 1;
      if (fits) {
        String stem = percent < 0 ? "" : text.substring(percent, text.length() - tail.length());
        all.add(new Word(word.guard(), percent < 0 ? to : to.replace("%", stem)));
      }
      if (!fits || text.contains(ANYTHING)) {
        all.add(word);
      }
    }
    return all;
  }
}
