package io.firmament.platform.artifact;

import io.firmament.platform.rollout.Invalid;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What an artifact is, and what a device needs to know to use it.
public sealed interface Manifest {
  Kind kind();

  /// The kinds of artifacts.
  enum Kind {
    /// An image of a whole device.
    FIRMWARE,
    /// A trained network.
    MODEL,
    /// A container image in a registry.
    CONTAINER,
    /// A file that configures something on a device.
    CONFIG;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// An image of a whole device; all there is to say is in the image.
  record Firmware() implements Manifest {
    @Override
    public Kind kind() {
      return Kind.FIRMWARE;
    }
  }

  /// A trained network.
  ///
  /// @param inputs what it is fed with
  /// @param metrics how good it was found, by name
  /// @param hardware what it is made for; for people, and never what keeps it from a device: that
  ///     is [Terms#compatibility]
  record Model(
      Framework framework,
      List<Tensor> inputs,
      SortedMap<String, BigDecimal> metrics,
      Hardware hardware)
      implements Manifest {
    private static final int MAX_INPUTS = 64;
    private static final int MAX_METRICS = 64;

    public Model {
      inputs = List.copyOf(inputs);
      metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
      Invalid.unless(
          inputs.size() <= MAX_INPUTS, "model.inputs", "has at most " + MAX_INPUTS + " entries");
      Invalid.unless(
          metrics.size() <= MAX_METRICS,
          "model.metrics",
          "has at most " + MAX_METRICS + " entries");
      metrics.keySet().forEach(name -> requireText("model.metrics", name));
    }

    @Override
    public Kind kind() {
      return Kind.MODEL;
    }

    /// What runs it.
    public enum Framework {
      ONNX,
      TENSORRT,
      TFLITE,
      OPENVINO,
      PYTORCH
    }

    /// @param type of an element, for example `float32`
    /// @param shape length of each dimension; -1 where any fits
    public record Tensor(String name, String type, List<Integer> shape) {
      private static final int MAX_RANK = 16;

      public Tensor {
        shape = List.copyOf(shape);
        requireText("model.inputs.name", name);
        requireText("model.inputs.type", type);
        Invalid.unless(
            shape.size() <= MAX_RANK && shape.stream().allMatch(length -> length >= -1),
            "model.inputs.shape",
            "has at most " + MAX_RANK + " lengths of -1 or more");
      }
    }

    /// The profile of a device; what is not said is empty.
    public record Hardware(
        Optional<String> soc,
        Optional<String> architecture,
        List<String> accelerators,
        OptionalLong minRamBytes) {
      public Hardware {
        accelerators = List.copyOf(accelerators);
        soc.ifPresent(text -> requireText("model.hardware.soc", text));
        architecture.ifPresent(text -> requireText("model.hardware.architecture", text));
        accelerators.forEach(text -> requireText("model.hardware.accelerators", text));
      }
    }
  }

  /// A container image: no bytes of it are stored, only which one it is.
  ///
  /// @param reference pinned by its digest: `registry.example.com/team/app@sha256:...`
  record Container(String reference) implements Manifest {
    private static final int MAX = 500;
    private static final Pattern PINNED =
        Pattern.compile(
            "[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?"
                + "(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+"
                + "@sha256:[0-9a-f]{64}");

    public Container {
      Invalid.unless(
          reference.length() <= MAX && PINNED.matcher(reference).matches(),
          "container.reference",
          "must name host, repository and digest: host/repository@sha256:64 hexadecimal digits");
    }

    @Override
    public Kind kind() {
      return Kind.CONTAINER;
    }
  }

  /// A file that configures something.
  ///
  /// @param delivery where it goes; without one the device keeps it with its artifacts
  record Config(Optional<Delivery> delivery) implements Manifest {
    @Override
    public Kind kind() {
      return Kind.CONFIG;
    }

    /// Where a file goes on a device. Devices allow what they allow, whatever is signed here.
    ///
    /// @param destination a clean absolute path: no empty part, no `.` and no `..`
    /// @param mode of the file, octal, `0000` to `0777`
    public record Delivery(String destination, String mode, Reload reload) {
      private static final int MAX_PATH = 500;
      private static final Pattern PATH =
          Pattern.compile("(?:/(?!\\.{1,2}(?:/|$))[^/\\p{Cntrl}]+)+");
      private static final Pattern MODE = Pattern.compile("0[0-7]{3}");

      public Delivery {
        Invalid.unless(
            destination.length() <= MAX_PATH && PATH.matcher(destination).matches(),
            "config.destination",
            "must be a clean absolute path");
        Invalid.unless(
            MODE.matcher(mode).matches(), "config.mode", "must be octal, from 0000 to 0777");
      }
    }
  }

  /// What makes a changed file count.
  sealed interface Reload {
    /// Nothing is to be done.
    record None() implements Reload {}

    /// A unit is restarted.
    record Systemd(String unit) implements Reload {
      private static final Pattern UNIT =
          Pattern.compile("[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\\.(?:service|socket|timer|target)");

      public Systemd {
        Invalid.unless(
            UNIT.matcher(unit).matches(),
            "config.reload.unit",
            "must be a unit's name, such as `app.service`");
      }
    }

    /// A program is run, without a shell.
    ///
    /// @param command the program and its arguments, 1 to 32
    record Command(List<String> command) implements Reload {
      private static final int MAX_WORDS = 32;

      public Command {
        command = List.copyOf(command);
        Invalid.unless(
            !command.isEmpty() && command.size() <= MAX_WORDS,
            "config.reload.command",
            "has 1 to " + MAX_WORDS + " words");
        command.forEach(word -> requireText("config.reload.command", word));
      }
    }
  }

  private static void requireText(String field, String text) {
    Invalid.unless(
        !text.isBlank() && text.length() <= 200 && text.chars().noneMatch(Character::isISOControl),
        field,
        "has 1 to 200 characters, none of control");
  }
}
