package io.firmament.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The simulator as a program: `SERVER CA-FILE TOKEN-FILE DEVICES SECONDS`.
public final class SimulatorMain {
  private static final int ARGUMENTS = 5;

  private SimulatorMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != ARGUMENTS) {
      System.err.println("usage: fleet-simulator HOST:PORT CA-FILE TOKEN-FILE DEVICES SECONDS");
      System.exit(2);
      return;
    }
    String anchors = Files.readString(Path.of(arguments[1]), StandardCharsets.US_ASCII);
    String token = Files.readString(Path.of(arguments[2]), StandardCharsets.US_ASCII).strip();
    int seconds = Integer.parseInt(arguments[4]);
    try (FleetSimulator simulator = new FleetSimulator(arguments[0], anchors, "sim")) {
      simulator.start(token, Integer.parseInt(arguments[3]));
      for (int second = 0; second < seconds; second++) {
        Thread.sleep(1000);
        System.out.println(simulator.tally());
      }
    }
  }
}
