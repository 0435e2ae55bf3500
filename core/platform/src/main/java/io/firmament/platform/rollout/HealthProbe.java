package io.firmament.platform.rollout;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// How a device finds out whether an update works, before it keeps it.
///
/// @param timeout of one attempt, 1 to 300 seconds
/// @param attempts 1 to 10
/// @param initialDelay before the first attempt, 0 to 3,600 seconds
public record HealthProbe(Check check, Duration timeout, int attempts, Duration initialDelay) {
  public static final int MAX_TIMEOUT = 300;
  public static final int MAX_ATTEMPTS = 10;
  public static final int MAX_DELAY = 3_600;
  private static final int MAX_ARGUMENTS = 32;
  private static final int MAX_TEXT = 1_024;

  /// What is looked at.
  public sealed interface Check {
    /// Runs a program of the device's allowlist, without a shell; healthy when it ends with 0.
    ///
    /// @param command the program's absolute path, and its arguments
    record Exec(List<String> command) implements Check {
      public Exec {
        command = List.copyOf(command);
        Invalid.unless(!command.isEmpty(), "probe.command", "must name a program");
        Invalid.unless(
            command.size() <= MAX_ARGUMENTS + 1,
            "probe.command",
            "has at most " + MAX_ARGUMENTS + " arguments");
        for (int i = 0; i < command.size(); i++) {
          text("probe.command[" + i + "]", command.get(i));
        }
        path("probe.command[0]", command.getFirst());
      }
    }

    /// Healthy when a GET of the address answers with 200 to 299.
    record Http(String url) implements Check {
      public Http {
        text("probe.url", url);
        Invalid.unless(isHttp(url), "probe.url", "must be an http or https address with a host");
      }
    }

    /// Healthy when the file exists and is not empty.
    record File(String path) implements Check {
      public File {
        text("probe.path", path);
        HealthProbe.path("probe.path", path);
      }
    }
  }

  private static void text(String field, String text) {
    Invalid.unless(
        text.length() <= MAX_TEXT && text.chars().noneMatch(Character::isISOControl),
        field,
        "has at most " + MAX_TEXT + " characters, none of control");
  }

  private static void path(String field, String path) {
    boolean clean =
        path.startsWith("/")
            && path.length() > 1
            && List.of(path.substring(1).split("/", -1)).stream()
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    Invalid.unless(clean, field, "must be a clean absolute path");
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      return (scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getUserInfo() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
