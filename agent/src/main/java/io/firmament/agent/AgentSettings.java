package io.firmament.agent;

import io.firmament.agent.update.Allowlist;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What an agent is told at its start.
///
/// @param server `host:port` of the device endpoint
/// @param ca the pinned root certificates of the endpoint, PEM
/// @param tokenFile the enrolment token; needed until the device is enrolled
/// @param dataFolder where key and certificate are kept
/// @param hardwareId what tells this hardware from all others
/// @param name the name to ask for; empty takes what the platform derives from the hardware id
/// @param updates what updates may do here
public record AgentSettings(
    String server,
    Path ca,
    Optional<Path> tokenFile,
    Path dataFolder,
    String hardwareId,
    String name,
    Map<String, String> tags,
    Updates updates) {
  private static final Path SETTINGS = Path.of("/etc/firmament/agent.json");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,63}");
  private static final int MAX_TAGS = 32;
  private static final int MAX_TAG_VALUE = 256;
  private static final Pattern SERVER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/@]+):\\d{1,5}");

  public AgentSettings {
    tags = Map.copyOf(tags);
  }

  /// An agent that allows no update to do anything.
  public AgentSettings(
      String server,
      Path ca,
      Optional<Path> tokenFile,
      Path dataFolder,
      String hardwareId,
      String name,
      Map<String, String> tags) {
    this(server, ca, tokenFile, dataFolder, hardwareId, name, tags, Updates.NONE);
  }

  /// The tags that the platform is told: those that were given, and what the device provides, so
  /// that a rollout knows which devices meet what it depends on. What is no tag is not told.
  Map<String, String> registered() {
    Map<String, String> told = new TreeMap<>(tags);
    for (Map.Entry<String, String> each :
        new TreeMap<>(updates.allowlist().provides()).entrySet()) {
      if (told.size() < MAX_TAGS
          && TAG.matcher(each.getKey()).matches()
          && each.getValue().length() <= MAX_TAG_VALUE) {
        told.putIfAbsent(each.getKey(), each.getValue());
      }
    }
    return told;
  }

  /// What updates may do here, and where they come from.
  ///
  /// @param tufRoot the first root metadata, which came with the device; without it the device pins
  ///     the one that the platform names when it enrols
  /// @param artifactUrl where artifacts are; without it where the platform says
  public record Updates(Allowlist allowlist, Optional<Path> tufRoot, Optional<String> artifactUrl) {
    static final Updates NONE = new Updates(Allowlist.NOTHING, Optional.empty(), Optional.empty());

    Updates knowing(Map<String, String> facts) {
      return new Updates(allowlist.knowing(facts), tufRoot, artifactUrl);
    }
  }

  /// Reads flags, and the environment for what no flag says: `-server`, `-ca`, `-token-file`,
  /// `-data-dir`, `-hardware-id`, `-name`, `-settings`, `-tuf-root`, `-artifact-url`, and `-tag
  /// key=value` any number of times; the variables are named `FIRMAMENT_SERVER` and so on.
  ///
  /// @throws IllegalArgumentException with what to do
  static AgentSettings parse(
      String[] arguments, Map<String, String> environment, MachineProfile machine) {
    Map<String, String> flags = new TreeMap<>();
    Map<String, String> tags = new TreeMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 >= arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      read(arguments[i], arguments[i + 1], flags, tags);
    }
    flags.keySet().forEach(AgentSettings::requireKnown);
    String hardwareId =
        find(flags, environment, "hardware-id")
            .or(machine::machineId)
            .orElseThrow(
                () -> new IllegalArgumentException("this machine has no id: -hardware-id"));
    return new AgentSettings(
        hostAndPort(required(flags, environment, "server")),
        Path.of(required(flags, environment, "ca")),
        find(flags, environment, "token-file").map(Path::of),
        Path.of(find(flags, environment, "data-dir").orElse("/var/lib/firmament")),
        hardwareId,
        find(flags, environment, "name").orElse(""),
        tags,
        updates(flags, environment));
  }

  private static Updates updates(Map<String, String> flags, Map<String, String> environment) {
    Optional<Path> given = find(flags, environment, "settings").map(Path::of);
    Optional<Path> file = given.or(() -> Optional.of(SETTINGS).filter(Files::exists));
    Optional<String> url = find(flags, environment, "artifact-url");
    if (url.isPresent() && !url.get().matches("https://[^/?#@]+(/[^?#]*[^/?#])?")) {
      throw new IllegalArgumentException(
          "-artifact-url takes an https address without a slash at its end, not " + url.get());
    }
    return new Updates(
        file.map(Allowlist::read).orElse(Allowlist.NOTHING),
        find(flags, environment, "tuf-root").map(Path::of),
        url);
  }

  private static void read(
      String flag, String value, Map<String, String> flags, Map<String, String> tags) {
    if (!flag.startsWith("-")) {
      throw new IllegalArgumentException("not a flag: " + flag);
    }
    String name = flag.replaceFirst("^--?", "");
    if (!name.equals("tag")) {
      flags.put(name, value);
      return;
    }
    int equals = value.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("-tag takes key=value, not " + value);
    }
    tags.put(value.substring(0, equals), value.substring(equals + 1));
  }

  private static String hostAndPort(String server) {
    if (!SERVER.matcher(server).matches()) {
      throw new IllegalArgumentException("-server takes HOST:PORT, not " + server);
    }
    return server;
  }

  private static void requireKnown(String flag) {
    switch (flag) {
      case "server",
          "ca",
          "token-file",
          "data-dir",
          "hardware-id",
          "name",
          "settings",
          "tuf-root",
          "artifact-url" -> {}
      default -> throw new IllegalArgumentException("no such flag: -" + flag);
    }
  }

  private static Optional<String> find(
      Map<String, String> flags, Map<String, String> environment, String name) {
    String variable = "FIRMAMENT_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
    return Optional.ofNullable(flags.getOrDefault(name, environment.get(variable)))
        .filter(value -> !value.isBlank());
  }

  private static String required(
      Map<String, String> flags, Map<String, String> environment, String name) {
    return find(flags, environment, name)
        .orElseThrow(() -> new IllegalArgumentException("-" + name + " is missing"));
  }
}
