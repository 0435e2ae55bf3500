package io.firmament.agent.update;

import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What updates may do on this device. It is the device's own file, and nothing that comes from the
/// platform adds to it: a signed order chooses from it. What the file does not name is off.
///
/// @param destinations folders below which files may be placed
/// @param units systemd units that may be restarted
/// @param commands commands that may be run to make a file count, word for word
/// @param probes what probes may ask
/// @param firmware how firmware is installed; empty for a device that takes none
/// @param containers which containers may run
/// @param logs which logs may be asked for, by name
/// @param provides facts about the device that artifacts may depend on
public record Allowlist(
    List<Path> destinations,
    Set<String> units,
    Set<List<String>> commands,
    Probes probes,
    Optional<Firmware> firmware,
    Containers containers,
    Map<String, LogSource> logs,
    Map<String, String> provides) {
  /// Nothing is allowed.
  public static final Allowlist NOTHING =
      new Allowlist(
          List.of(),
          Set.of(),
          Set.of(),
          new Probes(Set.of(), Set.of(), Set.of()),
          Optional.empty(),
          new Containers("auto", Map.of()),
          Map.of(),
          Map.of());

  /// What a command of the settings has in the place of the file.
  static final String FILE = "{file}";

  private static final long MAX_SETTINGS = 1 << 20;
  private static final Pattern LOG_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final Pattern UNIT =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\\.[a-z]+");

  public Allowlist {
    destinations = List.copyOf(destinations);
    units = Set.copyOf(units);
    commands = Set.copyOf(commands);
    logs = Map.copyOf(logs);
    provides = Map.copyOf(provides);
  }

  /// The same with facts that the device knows besides; its own word counts where both say
  /// something.
  public Allowlist knowing(Map<String, String> facts) {
    Map<String, String> all = new TreeMap<>(facts);
    all.putAll(provides);
    return new Allowlist(destinations, units, commands, probes, firmware, containers, logs, all);
  }

  /// What probes may ask. Files may be looked at always, and this machine's own addresses.
  ///
  /// @param programs that may be run, with whatever arguments
  /// @param commands that may be run, word for word
  /// @param hosts that may be asked besides this machine
  public record Probes(Set<String> programs, Set<List<String>> commands, Set<String> hosts) {
    public Probes {
      programs = Set.copyOf(programs);
      commands = Set.copyOf(commands);
      hosts = Set.copyOf(hosts);
    }
  }

  /// How firmware is installed.
  ///
  /// @param install with [#FILE] where the file's path goes
  /// @param revert makes the device use what it had before
  /// @param activate makes it use what was installed, a restart for example; empty where install
  ///     does that
  /// @param timeout of each
  public record Firmware(
      List<String> install, List<String> revert, List<String> activate, Duration timeout) {
    public Firmware {
      install = List.copyOf(install);
      revert = List.copyOf(revert);
      activate = List.copyOf(activate);
    }
  }

  /// Which containers may run.
  ///
  /// @param runtime `auto`, `podman`, `docker`, `none`, or the path of a program that takes the
  ///     same commands
  /// @param arguments of the runtime's `run`, by the name of the artifact
  public record Containers(String runtime, Map<String, List<String>> arguments) {
    public Containers {
      arguments = Map.copyOf(arguments);
    }
  }

  /// A log that may be asked for.
  public sealed interface LogSource {
    /// A text file.
    record TextFile(Path path) implements LogSource {}

    /// What the journal has of a systemd unit.
    record Journal(String unit) implements LogSource {}
  }

  /// Reads the settings file.
  ///
  /// @throws IllegalArgumentException with the place of what is wrong
  public static Allowlist read(Path file) {
    try {
      if (Files.size(file) > MAX_SETTINGS) {
        throw new IllegalArgumentException(file + " is too large");
      }
      return read(JsonReader.readObject(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read", e);
    } catch (TufException e) {
      throw new IllegalArgumentException(file + " is not JSON: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  static Allowlist read(Json.Obj json) {
    JsonFields fields = new JsonFields(json, "");
    List<Path> destinations = new ArrayList<>();
    for (String path : fields.texts("destinations")) {
      destinations.add(Path.of(CleanPath.require("destinations", path)));
    }
    Set<String> units = Set.copyOf(fields.texts("units"));
    units.forEach(unit -> requireUnit("units", unit));
    Allowlist allowlist =
        new Allowlist(
            destinations,
            units,
            commands("commands", fields.textLists("commands")),
            fields.optionalObject("probes").map(Allowlist::probes).orElse(NOTHING.probes()),
            fields.optionalObject("firmware").map(Allowlist::firmware),
            fields
                .optionalObject("containers")
                .map(Allowlist::containers)
                .orElse(NOTHING.containers()),
            fields.optionalObject("logs").map(Allowlist::logs).orElse(Map.of()),
            fields.textMap("provides"));
    fields.end();
    return allowlist;
  }

  private static Probes probes(JsonFields fields) {
    Set<String> programs = Set.copyOf(fields.texts("programs"));
    programs.forEach(program -> CleanPath.require("probes.programs", program));
    Probes probes =
        new Probes(
            programs,
            commands("probes.commands", fields.textLists("commands")),
            Set.copyOf(fields.texts("hosts")));
    fields.end();
    return probes;
  }

  private static Firmware firmware(JsonFields fields) {
    List<String> install = command("firmware.install", fields.texts("install"));
    if (!install.contains(FILE)) {
      throw new IllegalArgumentException("firmware.install must have the word " + FILE);
    }
    List<String> activate = fields.texts("activate");
    Firmware firmware =
        new Firmware(
            install,
            command("firmware.revert", fields.texts("revert")),
            activate.isEmpty() ? activate : command("firmware.activate", activate),
            Duration.ofSeconds(fields.optionalNumber("timeout_seconds", 1, 86_400).orElse(1_800L)));
    fields.end();
    return firmware;
  }

  private static Containers containers(JsonFields fields) {
    String runtime = fields.optionalText("runtime").orElse("auto");
    if (!Set.of("auto", "podman", "docker", "none").contains(runtime)) {
      CleanPath.require("containers.runtime", runtime);
    }
    Map<String, List<String>> arguments = new LinkedHashMap<>();
    fields
        .optionalObject("apps")
        .ifPresent(apps -> apps.names().forEach(name -> arguments.put(name, apps.texts(name))));
    fields.end();
    return new Containers(runtime, arguments);
  }

  private static Map<String, LogSource> logs(JsonFields fields) {
    Map<String, LogSource> logs = new LinkedHashMap<>();
    for (String name : fields.names()) {
      if (!LOG_NAME.matcher(name).matches() || name.equals("agent")) {
        throw new IllegalArgumentException("logs." + name + " is not the name of a log");
      }
      JsonFields source = fields.object(name);
      if (source.has("unit")) {
        String unit = source.text("unit");
        requireUnit("logs." + name, unit);
        logs.put(name, new LogSource.Journal(unit));
      } else {
        logs.put(
            name,
            new LogSource.TextFile(
                Path.of(CleanPath.require("logs." + name, source.text("file")))));
      }
      source.end();
    }
    return logs;
  }

  private static void requireUnit(String field, String unit) {
    if (!UNIT.matcher(unit).matches()) {
      throw new IllegalArgumentException(field + ": not the name of a unit: " + unit);
    }
  }

  private static Set<List<String>> commands(String field, List<List<String>> commands) {
    commands.forEach(words -> command(field, words));
    return Set.copyOf(commands);
  }

  /// A command names its program by its path: what a search path finds is somebody else's choice.
  private static List<String> command(String field, List<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException(field + " is empty");
    }
    CleanPath.require(field, words.getFirst());
    return words;
  }
}
