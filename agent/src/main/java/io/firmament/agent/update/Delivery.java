package io.firmament.agent.update;

import io.firmament.tuf.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the signed metadata says about how an artifact is delivered: the object `artifact` in
/// `custom` of its target (TUF 4.5). Members that are not known here say nothing to this device.
///
/// @param json as it stands, for the state file
/// @param placement where a file goes; without one the agent keeps it with its own
/// @param reference of a container image, pinned by its digest
/// @param provides what the device has once it is installed
/// @param depends what the device must have, with the values of which one is enough
/// @param mustPassThrough versions of the same artifact that the device must have had before
public record Delivery(
    Json.Obj json,
    Optional<Placement> placement,
    Optional<String> reference,
    Map<String, String> provides,
    Map<String, List<String>> depends,
    List<String> mustPassThrough) {
  private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
  private static final Pattern PINNED =
      Pattern.compile("[a-z0-9][a-z0-9.:_/-]{0,400}@sha256:[0-9a-f]{64}");
  private static final int MAX_WORDS = 32;

  public Delivery {
    provides = Map.copyOf(provides);
    depends = Map.copyOf(depends);
    mustPassThrough = List.copyOf(mustPassThrough);
  }

  /// Where a file goes.
  ///
  /// @param destination a clean absolute path
  /// @param mode permission bits, without set-user-id, set-group-id and sticky
  public record Placement(String destination, int mode, Reload reload) {}

  /// What makes a changed file count.
  public sealed interface Reload {
    /// Nothing is to be done.
    record None() implements Reload {}

    /// A systemd unit is restarted.
    record Unit(String name) implements Reload {}

    /// A command is run, without a shell.
    record Command(List<String> words) implements Reload {
      public Command {
        words = List.copyOf(words);
      }
    }
  }

  /// @throws IllegalArgumentException with the place of what is wrong
  static Delivery read(Json.Obj json) {
    JsonFields fields = new JsonFields(json, "artifact");
    Map<String, List<String>> depends = new LinkedHashMap<>();
    fields
        .optionalObject("depends")
        .ifPresent(each -> each.names().forEach(name -> depends.put(name, each.texts(name))));
    return new Delivery(
        json,
        fields.optionalObject("config").map(Delivery::placement),
        fields.optionalObject("container").map(Delivery::reference),
        fields.textMap("provides"),
        depends,
        fields.texts("must_pass_through"));
  }

  private static Placement placement(JsonFields fields) {
    String mode = fields.optionalText("mode").orElse("0644");
    if (!MODE.matcher(mode).matches()) {
      throw new IllegalArgumentException("config.mode must be octal, from 0000 to 0777");
    }
    return new Placement(
        CleanPath.require("config.destination", fields.text("destination")),
        Integer.parseInt(mode, 8),
        fields.optionalObject("reload").map(Delivery::reload).orElseGet(Reload.None::new));
  }

  private static Reload reload(JsonFields fields) {
    String type = fields.text("type");
    return switch (type) {
      case "none" -> new Reload.None();
      case "systemd" -> new Reload.Unit(fields.text("unit"));
      case "command" -> {
        List<String> words = fields.texts("command");
        if (words.isEmpty() || words.size() > MAX_WORDS) {
          throw new IllegalArgumentException(
              "config.reload.command has 1 to " + MAX_WORDS + " words");
        }
        yield new Reload.Command(words);
      }
      default -> throw new IllegalArgumentException("config.reload.type is not known: " + type);
    };
  }

  private static String reference(JsonFields fields) {
    String reference = fields.text("reference");
    if (!PINNED.matcher(reference).matches()) {
      throw new IllegalArgumentException("container.reference must be pinned by its digest");
    }
    return reference;
  }
}
