package io.firmament.agent;

import java.nio.file.Path;

/// The simulator as a program. Prints what the devices have done once a second, and at the end.
/// Exit codes: 0 the time is over, 2 wrong usage.
public final class SimulatorMain {
  private static final int ARGUMENTS = 6;
  private static final int WRONG_USAGE = 2;
  private static final String USAGE =
      """
      usage: fleet-simulator HOST:PORT CA-FILE TOKEN-FILE DATA-DIR DEVICES SECONDS
      """;

  private SimulatorMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    int devices;
    int seconds;
    try {
      devices = number(arguments, 4);
      seconds = number(arguments, 5);
    } catch (IllegalArgumentException e) {
      System.err.print(USAGE);
      System.exit(WRONG_USAGE);
      return;
    }
    FleetSimulator.Endpoint endpoint =
        new FleetSimulator.Endpoint(arguments[0], Path.of(arguments[1]), Path.of(arguments[2]));
    try (FleetSimulator simulator = new FleetSimulator(endpoint, Path.of(arguments[3]), "sim")) {
      simulator.start(devices);
      for (int second = 0; second < seconds; second++) {
        System.out.println(simulator.tally());
        Thread.sleep(1000);
      }
      System.out.println(simulator.tally());
    }
  }

  private static int number(String[] arguments, int index) {
    int number = arguments.length == ARGUMENTS ? Integer.parseInt(arguments[index]) : 0;
    if (number < 1) {
      throw new IllegalArgumentException();
    }
    return number;
  }
}
