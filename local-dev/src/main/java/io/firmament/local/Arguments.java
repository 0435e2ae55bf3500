package io.firmament.local;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Command-line arguments: `--name value`, `--flag`, and at most one plain argument.
final class Arguments {
  private final Map<String, String> options = new HashMap<>();
  private final Set<String> flags = new HashSet<>();
  private Optional<String> plain = Optional.empty();

  private Arguments() {}

  /// Reads the arguments; an unknown or incomplete one is a [Wrong] with the usage line.
  static Arguments parse(
      String[] args, List<String> optionNames, List<String> flagNames, String usage) {
    Arguments parsed = new Arguments();
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
      } else if (argument.startsWith("--") || parsed.plain.isPresent()) {
        throw new Wrong("unexpected argument: " + argument + "\n" + usage);
      } else {
        parsed.plain = Optional.of(argument);
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

  Optional<String> plain() {
    return plain;
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
