package io.firmament.agent;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Set;

/// The agent as a program.
///
/// Exit codes: 0 help was asked for, 1 a file cannot be used, 2 wrong usage, 3 decommissioned, 4
/// refused by the platform, 143 told to stop by SIGTERM. A supervisor must not restart it after 3,
/// and has no reason to after 2 and 4.
public final class AgentMain {
  private static final int UNUSABLE_FILE = 1;
  private static final int WRONG_USAGE = 2;
  private static final Set<String> HELP = Set.of("-h", "-help", "--help");
  private static final String USAGE =
      """
      usage: firmament-agent -server HOST:PORT -ca FILE [flags]

        -server HOST:PORT  the device endpoint of the platform
        -ca FILE           the root certificates that the endpoint must chain to, PEM
        -token-file FILE   the enrolment token; needed until the device is enrolled
        -data-dir DIR      where key and certificate are kept (/var/lib/firmament)
        -hardware-id ID    what tells this hardware from all others (/etc/machine-id)
        -name NAME         the device name to ask for (derived from the hardware id)
        -tag KEY=VALUE     a tag of the device; any number of times
        -settings FILE     what updates and log requests may do here; nothing without it
                           (/etc/firmament/agent.json where there is one)
        -tuf-root FILE     the root of trust for artifacts (the one that the platform names
                           when the device enrols)
        -artifact-url URL  where artifacts are (where the platform says)

      Each flag but -tag can be set by the environment, for example FIRMAMENT_SERVER.
      """;

  private AgentMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length == 1 && HELP.contains(arguments[0])) {
      System.out.print(USAGE);
      return;
    }
    AgentSettings settings;
    try {
      settings = AgentSettings.parse(arguments, System.getenv(), new MachineProfile(Path.of("/")));
    } catch (IllegalArgumentException e) {
      System.err.println("firmament-agent: " + e.getMessage());
      System.err.print(USAGE);
      System.exit(WRONG_USAGE);
      return;
    }
    try {
      // Before anything that logs is loaded.
      System.setErr(OwnLog.beside(System.err, DataFolder.ownLog(settings.dataFolder())));
      Agent agent = new Agent(settings, Clock.systemUTC(), new SecureRandom());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(agent::stop));
      Agent.Ending ending = agent.run();
      if (ending != Agent.Ending.STOPPED) {
        System.exit(ending.exitCode());
      }
    } catch (IllegalStateException | UncheckedIOException e) {
      System.err.println("firmament-agent: " + e.getMessage());
      System.exit(UNUSABLE_FILE);
    }
  }
}
