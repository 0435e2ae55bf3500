package io.firmament.agent.update;

import io.firmament.tuf.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// How the device finds out whether an update works. The platform has the same bounds, and they are
/// checked here again: a signature says who asks, not that what is asked makes sense.
///
/// @param timeout of one attempt, 1 to 300 seconds
/// @param attempts 1 to 10
/// @param initialDelay before the first attempt, 0 to 3,600 seconds
public record Probe(Check check, Duration timeout, int attempts, Duration initialDelay) {
  private static final int MAX_TIMEOUT = 300;
  private static final int MAX_ATTEMPTS = 10;
  private static final int MAX_DELAY = 3_600;
  private static final int MAX_WORDS = 33;
  private static final int MAX_TEXT = 1_024;

  /// What is looked at.
  public sealed interface Check {
    /// A program that ends with 0, without a shell.
    record Exec(List<String> command) implements Check {
      public Exec {
        command = List.copyOf(command);
      }
    }

    /// An address whose GET is answered with 200 to 299.
    record Http(URI url) implements Check {}

    /// A file that is there and not empty.
    record File(String path) implements Check {}
  }

  /// @throws IllegalArgumentException with the place of what is wrong
  static Probe read(Json.Obj json) {
    JsonFields fields = new JsonFields(json, "probe");
    String type = fields.text("type");
    Check check =
        switch (type) {
          case "exec" -> new Check.Exec(command(fields.texts("command")));
          case "http" -> new Check.Http(url(fields.text("url")));
          case "file" -> new Check.File(CleanPath.require("probe.path", fields.text("path")));
          default -> throw new IllegalArgumentException("probe.type must be exec, http or file");
        };
    Probe probe =
        new Probe(
            check,
            Duration.ofSeconds(
                fields.optionalNumber("timeout_seconds", 1, MAX_TIMEOUT).orElse(30L)),
            fields.optionalNumber("attempts", 1, MAX_ATTEMPTS).orElse(3L).intValue(),
            Duration.ofSeconds(
                fields.optionalNumber("initial_delay_seconds", 0, MAX_DELAY).orElse(0L)));
    fields.end();
    return probe;
  }

  private static List<String> command(List<String> words) {
    if (words.isEmpty() || words.size() > MAX_WORDS) {
      throw new IllegalArgumentException("probe.command has 1 to " + MAX_WORDS + " words");
    }
    CleanPath.require("probe.command", words.getFirst());
    for (String word : words) {
      if (word.length() > MAX_TEXT || word.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("probe.command has a word that is too long or strange");
      }
    }
    return words;
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text);
      String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
      boolean good =
          (scheme.equals("http") || scheme.equals("https"))
              && url.getHost() != null
              && url.getUserInfo() == null
              && text.length() <= MAX_TEXT;
      if (good) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new IllegalArgumentException("probe.url must be an http or https address with a host");
  }
}
