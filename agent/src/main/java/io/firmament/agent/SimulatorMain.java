package io.firmament.agent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The simulator as a program. Prints what the devices have done once a second, and at the end.
/// Exit codes: 0 the time is over, 2 wrong usage.
public final class SimulatorMain {
  private static final int WRONG_USAGE = 2;
  private static final Set<String> FLAGS =
      Set.of(
          "server",
          "ca",
          "token-file",
          "devices",
          "seconds",
          "data-dir",
          "prefix",
          "seed",
          "probe-fails",
          "roll-back-fails",
          "unfit",
          "offline",
          "offline-seconds",
          "duplicates",
          "step-millis");
  private static final String USAGE =
      """
      usage: fleet-simulator -server HOST:PORT -ca FILE -token-file FILE -devices N [flags]

        -seconds N            how long the devices live (60)
        -data-dir DIR         where they keep their identities, for a later run (nowhere)
        -prefix NAME          what their names begin with (sim)
        -probe-fails SHARE    updates whose probe fails, 0 to 1; they roll back (0)
        -roll-back-fails SHARE  of those, the ones that cannot be rolled back (0)
        -unfit SHARE          updates that do not fit (0)
        -offline SHARE        updates in whose midst the device is gone for a while (0)
        -offline-seconds N    for how long (30)
        -duplicates SHARE     reports that are sent twice (0)
        -step-millis N        how long downloading, applying and probing take each (0)
        -seed N               decides which devices these are (1)
      """;

  private SimulatorMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    FleetSimulator simulator;
    int devices;
    int seconds;
    try {
      Map<String, String> flags = flags(arguments);
      devices = (int) number(flags, "devices", 0, 1);
      seconds = (int) number(flags, "seconds", 60, 0);
      simulator = simulator(flags);
    } catch (IllegalArgumentException e) {
      System.err.println("fleet-simulator: " + e.getMessage());
      System.err.print(USAGE);
      System.exit(WRONG_USAGE);
      return;
    }
    try (simulator) {
      simulator.start(devices);
      for (int second = 0; second < seconds; second++) {
        System.out.println(simulator.tally());
        Thread.sleep(1000);
      }
      System.out.println(simulator.tally());
    }
  }

  private static FleetSimulator simulator(Map<String, String> flags) {
    return new FleetSimulator(
        new FleetSimulator.Endpoint(
            required(flags, "server"),
            Path.of(required(flags, "ca")),
            Path.of(required(flags, "token-file"))),
        Optional.ofNullable(flags.get("data-dir")).map(Path::of),
        flags.getOrDefault("prefix", "sim"),
        new SimulatedFate(
            number(flags, "seed", 1, Integer.MIN_VALUE),
            share(flags, "probe-fails"),
            share(flags, "roll-back-fails"),
            share(flags, "unfit"),
            share(flags, "offline"),
            Duration.ofSeconds(number(flags, "offline-seconds", 30, 0)),
            share(flags, "duplicates"),
            Duration.ofMillis(number(flags, "step-millis", 0, 0))));
  }

  private static Map<String, String> flags(String[] arguments) {
    Map<String, String> flags = new TreeMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].replaceFirst("^--?", "");
      if (!arguments[i].startsWith("-") || !FLAGS.contains(name)) {
        throw new IllegalArgumentException("no such flag: " + arguments[i]);
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      flags.put(name, arguments[i + 1]);
    }
    return flags;
  }

  private static String required(Map<String, String> flags, String name) {
    String value = flags.get(name);
    if (value == null) {
      throw new IllegalArgumentException("-" + name + " is missing");
    }
    return value;
  }

  private static long number(Map<String, String> flags, String name, long absent, long least) {
    String text = flags.get(name);
    long number = absent;
    if (text != null) {
      try {
        number = Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("-" + name + " takes a number, not " + text, e);
      }
    }
    if (number < least || number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("-" + name + " must be at least " + least);
    }
    return number;
  }

  private static double share(Map<String, String> flags, String name) {
    try {
      return Double.parseDouble(flags.getOrDefault(name, "0"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "-" + name + " takes a share from 0 to 1, not " + flags.get(name), e);
    }
  }
}
