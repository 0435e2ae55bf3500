package io.firmament.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Command-line arguments: `--name value`, `--flag`, and plain ones.
final class Arguments {
  private final Map<String, String> options = new HashMap<>();
  private final Set<String> flags = new HashSet<>();
  private final List<String> plain = new ArrayList<>();
  private final String usage;

  private Arguments(String usage) {
    this.usage = usage;
  }

  /// Reads the arguments; an unknown or incomplete one is a [Wrong] with the usage line. After a
  /// flag whose name is given with a question mark a number may follow, which is its [#option].
  static Arguments parse(
      String[] args, List<String> optionNames, List<String> flagNames, String usage) {
    Arguments parsed = new Arguments(usage);
    for (int i = 0; i < args.length; i++) {
      String argument = args[i];
      if (optionNames.contains(argument)) {
        if (i + 1 == args.length) {
          throw new Wrong(argument + " needs a value\n" + usage);
        }
        i++;
        parsed.options.put(argument, args[i]);
      } else if (flagNames.contains(argument)) {
        parsed.flags.add(argument);
      } else if (flagNames.contains(argument + "?")) {
        parsed.flags.add(argument);
        if (i + 1 < args.length && args[i + 1].matches("\\d{1,9}")) {
          i++;
          parsed.options.put(argument, args[i]);
        }
      } else if (argument.startsWith("--")) {
        throw parsed.unexpected(argument);
      } else {
        parsed.plain.add(argument);
      }
    }
    return parsed;
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  boolean flag(String name) {
    return flags.contains(name);
  }

  /// The only plain argument; more than one is [Wrong].
  Optional<String> plain() {
    if (plain.size() > 1) {
      throw unexpected(plain.get(1));
    }
    return plain.stream().findFirst();
  }

  List<String> allPlain() {
    return List.copyOf(plain);
  }

  Wrong unexpected(String argument) {
    return new Wrong("unexpected argument: " + argument + "\n" + usage);
  }

  /// The folder that `--data` names; the one beside the sources without.
  Path dataFolder() {
    return option("--data")
        .map(Path::of)
        .orElseGet(
            () -> Path.of(System.getProperty("firmament.root", ".")).resolve("local-dev/data"));
  }

  /// A port number given as an option, 0 to 65535; 0 means any free port.
  int port(String name, int otherwise) {
    Optional<String> text = option(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.get().matches("\\d{1,5}") || Integer.parseInt(text.get()) > 65_535) {
      throw new Wrong(name + " takes a number from 0 to 65535, not " + text.get());
    }
    return Integer.parseInt(text.get());
  }

  /// The command line is wrong; the message says how it should be.
  static final class Wrong extends RuntimeException {
    Wrong(String message) {
      super(message, null, false, false);
    }
  }
}
