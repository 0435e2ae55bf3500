package io.firmament.agent;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/// The agent as a program. Exit codes: 0 stopped, 2 wrong usage, 3 decommissioned, 4 refused; a
/// supervisor restarts it after any other.
public final class AgentMain {
  private static final int USAGE = 2;

  private AgentMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    AgentSettings settings;
    try {
      settings = AgentSettings.parse(arguments, System.getenv(), new MachineProfile(Path.of("/")));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(
          "usage: firmament-agent -server HOST:PORT -ca FILE [-token-file FILE] [-data-dir DIR]"
              + " [-hardware-id ID] [-name NAME] [-tag KEY=VALUE]...");
      System.exit(USAGE);
      return;
    }
    Agent agent = new Agent(settings, Clock.systemUTC(), new SecureRandom());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(agent::stop));
    Agent.Ending ending = agent.run();
    if (ending != Agent.Ending.STOPPED) {
      System.exit(ending.exitCode());
    }
  }
}
