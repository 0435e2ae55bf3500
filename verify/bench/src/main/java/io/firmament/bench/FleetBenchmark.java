package io.firmament.bench;

import io.firmament.agent.FleetSimulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Fleets of twenty tenants at the pace that the platform sets: real agents, each with a key, a
/// certificate and a connection over mutual TLS, against the device service in another process with
/// a heap of 512 MiB. Says whether anything was lost: calls that failed, and devices that the
/// platform does not show online at the end. The reference is what the same fleet would send if
/// each device came exactly once in the interval, and what it would ask of DynamoDB if each
/// heartbeat were one write.
///
/// Arguments: devices, 10,000 unless given, and seconds after the last of them has enrolled, 600
/// unless given. Exit code 1 when something was lost. Each device needs an open file on both sides
/// (`ulimit -n`).
public final class FleetBenchmark {
  private static final int DEVICES = 10_000;
  private static final int SECONDS = 600;
  private static final int INTERVAL_SECONDS = 60;
  private static final int STEP_SECONDS = 60;

  private FleetBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int devices = arguments.length > 0 ? Integer.parseInt(arguments[0]) : DEVICES;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : SECONDS;
    boolean whole;
    try (ServerProcess server = ServerProcess.start();
        Fleets fleet = Fleets.of(server)) {
      long[] idle = server.ask("memory");
      long start = System.nanoTime();
      fleet.start(devices);
      System.out.printf(
          Locale.ROOT, "enrolled               %,d devices in %d s%n", devices, since(start));
      whole = live(server, fleet, devices, seconds, idle);
    }
    System.exit(whole ? 0 : 1);
  }

  private static boolean live(
      ServerProcess server, Fleets fleet, int devices, int seconds, long[] idle) throws Exception {
    // The first heartbeats write that a device came online; what is counted is the steady state.
    TimeUnit.SECONDS.sleep(INTERVAL_SECONDS);
    long requests = server.ask("requests")[0];
    Lived first = fleet.lived();
    long start = System.nanoTime();
    for (int left = seconds; left > 0; left -= STEP_SECONDS) {
      TimeUnit.SECONDS.sleep(Math.min(left, STEP_SECONDS));
      System.out.println("                       " + fleet.lived());
    }
    Lived last = fleet.lived();
    long asked = server.ask("requests")[0] - requests;
    long heartbeats = last.heartbeats() - first.heartbeats();
    double expected = (double) devices * since(start) / INTERVAL_SECONDS;
    long[] memory = server.ask("memory");
    long online = server.ask("online")[0];
    System.out.printf(
        Locale.ROOT,
        "heartbeats             %,d in %d s, %.2f of one per device and interval%n",
        heartbeats,
        since(start),
        heartbeats / expected);
    System.out.printf(
        Locale.ROOT,
        "lost                   %d calls failed, %d devices ended, %d of %d not online%n",
        last.failures(),
        last.ended(),
        devices - online,
        devices);
    System.out.printf(
        Locale.ROOT,
        "DynamoDB requests      %.1f per 1,000 heartbeats, %.3f of a write for each%n",
        1000.0 * asked / heartbeats,
        (double) asked / heartbeats);
    System.out.printf(
        Locale.ROOT,
        "memory per device      %.1f KiB of heap, %.1f KiB outside it%n",
        (memory[0] - idle[0]) / 1024.0 / devices,
        (memory[1] - idle[1]) / 1024.0 / devices);
    return last.failures() == 0 && last.ended() == 0 && online == devices;
  }

  /// What the devices of all tenants have done.
  private record Lived(long heartbeats, long failures, long ended) {}

  /// A fleet for each tenant.
  private record Fleets(List<FleetSimulator> simulators) implements AutoCloseable {
    static Fleets of(ServerProcess server) throws IOException {
      Path ca = Files.createTempFile("firmament-fleet", ".pem");
      Files.writeString(ca, server.rootPem());
      List<FleetSimulator> simulators = new ArrayList<>();
      for (String secret : server.tokens()) {
        Path token = Files.createTempFile("firmament-fleet", ".token");
        Files.writeString(token, secret);
        simulators.add(
            new FleetSimulator(
                new FleetSimulator.Endpoint("localhost:" + server.devicePort(), ca, token),
                "load"));
      }
      return new Fleets(simulators);
    }

    void start(int devices) throws InterruptedException {
      for (int i = 0; i < simulators.size(); i++) {
        int share = devices / simulators.size() + (i < devices % simulators.size() ? 1 : 0);
        simulators.get(i).start(share);
        System.out.println("                       " + lived());
      }
    }

    Lived lived() {
      List<FleetSimulator.Tally> all = simulators.stream().map(FleetSimulator::tally).toList();
      return new Lived(
          all.stream().mapToLong(FleetSimulator.Tally::heartbeats).sum(),
          all.stream().mapToLong(FleetSimulator.Tally::failures).sum(),
          all.stream().mapToLong(FleetSimulator.Tally::ended).sum());
    }

    @Override
    public void close() {
      simulators.forEach(FleetSimulator::close);
    }
  }

  private static long since(long start) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
  }
}
