package io.firmament.platform.rollout;

import io.firmament.base.VersionOrder;
import io.firmament.platform.fleet.HardwareProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A field that a [Selector] can name.
///
/// @param key of a tag, or the name of an artifact; empty for the other fields
public record SelectorField(Name name, String key) {
  private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

  /// How the values of a field compare.
  enum Kind {
    TEXT,
    LIST,
    NUMBER,
    VERSION
  }

  /// The fields.
  enum Name {
    NAME(Kind.TEXT),
    FLEET(Kind.TEXT),
    MODEL(Kind.TEXT),
    SOC(Kind.TEXT),
    ARCHITECTURE(Kind.TEXT),
    OS(Kind.TEXT),
    TAG(Kind.TEXT),
    ACCELERATORS(Kind.LIST),
    RAM(Kind.NUMBER),
    CPU_CORES(Kind.NUMBER),
    KERNEL(Kind.VERSION),
    AGENT_VERSION(Kind.VERSION),
    INSTALLED(Kind.VERSION);

    private final Kind kind;

    Name(Kind kind) {
      this.kind = kind;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Whether a key follows the name.
    private boolean keyed() {
      return this == TAG || this == INSTALLED;
    }
  }

  static Optional<SelectorField> find(String word) {
    for (Name name : Name.values()) {
      String start = name.word() + ".";
      if (name.keyed() && word.startsWith(start) && word.length() > start.length()) {
        return Optional.of(new SelectorField(name, word.substring(start.length())));
      }
      if (!name.keyed() && name.word().equals(word)) {
        return Optional.of(new SelectorField(name, ""));
      }
    }
    return Optional.empty();
  }

  Kind kind() {
    return name.kind;
  }

  boolean known(DeviceFacts device) {
    return switch (kind()) {
      case TEXT, VERSION -> !text(device).isEmpty();
      case LIST -> !list(device).isEmpty();
      case NUMBER -> number(device) > 0;
    };
  }

  String text(DeviceFacts device) {
    HardwareProfile profile = device.profile();
    return switch (name) {
      case NAME -> device.name().value();
      case FLEET -> device.fleet().value();
      case MODEL -> profile.model();
      case SOC -> profile.soc();
      case ARCHITECTURE -> profile.architecture();
      case OS -> profile.osName();
      case KERNEL -> profile.kernel();
      case AGENT_VERSION -> device.agentVersion();
      case INSTALLED -> device.installed(key);
      case TAG -> device.tag(key);
      case ACCELERATORS, RAM, CPU_CORES -> "";
    };
  }

  List<String> list(DeviceFacts device) {
    return name == Name.ACCELERATORS ? device.profile().accelerators() : List.of();
  }

  /// How the device's value stands to another: negative for smaller.
  int compare(DeviceFacts device, Expression.Value value) {
    return switch (kind()) {
      case TEXT, LIST -> text(device).compareTo(value.text());
      case NUMBER -> Long.compare(number(device), value.number());
      case VERSION ->
          name == Name.KERNEL
              ? numbers(text(device), value.text())
              : VersionOrder.standard().compare(text(device), value.text());
    };
  }

  /// What the device says it has there, as texts.
  List<String> values(DeviceFacts device) {
    return switch (kind()) {
      case TEXT, VERSION -> known(device) ? List.of(text(device)) : List.of();
      case LIST -> list(device);
      case NUMBER -> known(device) ? List.of(String.valueOf(number(device))) : List.of();
    };
  }

  private long number(DeviceFacts device) {
    return switch (name) {
      case RAM -> device.profile().ramBytes();
      case CPU_CORES -> device.profile().cpuCores();
      default -> 0;
    };
  }

  /// Compares the runs of digits one by one; a missing one is zero. What distributions call their
  /// builds of a kernel (`5.15.148-tegra`) does not count.
  private static int numbers(String one, String other) {
    List<Long> left = numbers(one);
    List<Long> right = numbers(other);
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      int order =
          Long.compare(i < left.size() ? left.get(i) : 0, i < right.size() ? right.get(i) : 0);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static List<Long> numbers(String version) {
    List<Long> numbers = new ArrayList<>();
    DIGITS
        .matcher(version)
        .results()
        .map(MatchResult::group)
        .map(Long::valueOf)
        .forEach(numbers::add);
    return numbers;
  }

  @Override
  public String toString() {
    return name.keyed() ? name.word() + "." + key : name.word();
  }
}
