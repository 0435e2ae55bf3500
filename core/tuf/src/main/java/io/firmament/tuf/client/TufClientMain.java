package io.firmament.tuf.client;

import io.firmament.tuf.RoleName;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The client as a program, with the command line that the public TUF conformance suite asks for.
///
/// Exit codes: 0 all was done, 1 something was refused or could not be had, 2 wrong usage.
public final class TufClientMain {
  private static final int REFUSED = 1;
  private static final int WRONG_USAGE = 2;
  private static final String METADATA_DIR = "--metadata-dir";
  private static final String METADATA_URL = "--metadata-url";
  private static final String TARGET_NAME = "--target-name";
  private static final String TARGET_BASE_URL = "--target-base-url";
  private static final String TARGET_DIR = "--target-dir";
  private static final Set<String> FLAGS =
      Set.of(METADATA_DIR, METADATA_URL, TARGET_NAME, TARGET_BASE_URL, TARGET_DIR);
  private static final String USAGE =
      """
      usage: tuf-client --metadata-dir DIR init ROOT-FILE
             tuf-client --metadata-dir DIR --metadata-url URL refresh
             tuf-client --metadata-dir DIR --metadata-url URL --target-base-url URL
                        --target-dir DIR --target-name PATH [--target-name PATH ...] download
      """;

  private final PrintStream errors;
  private final Clock clock;

  TufClientMain(PrintStream errors, Clock clock) {
    this.errors = errors;
    this.clock = clock;
  }

  public static void main(String[] arguments) {
    int code = new TufClientMain(System.err, Clock.systemUTC()).run(arguments);
    System.exit(code);
  }

  /// Runs a command.
  ///
  /// @return the exit code
  int run(String... arguments) {
    Map<String, List<String>> flags = new HashMap<>();
    List<String> words = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      if (!arguments[i].startsWith("--")) {
        words.add(arguments[i]);
      } else if (FLAGS.contains(arguments[i]) && i + 1 < arguments.length) {
        flags.computeIfAbsent(arguments[i], flag -> new ArrayList<>()).add(arguments[++i]);
      } else {
        return usage("no such flag, or one without a value: " + arguments[i]);
      }
    }
    try {
      return run(words, flags);
    } catch (UsageException | IllegalArgumentException e) {
      return usage(String.valueOf(e.getMessage()));
    } catch (TufException e) {
      errors.println("tuf-client: " + e.reason() + ": " + e.getMessage());
      return REFUSED;
    } catch (IOException e) {
      errors.println("tuf-client: " + e);
      return REFUSED;
    }
  }

  private int run(List<String> words, Map<String, List<String>> flags)
      throws UsageException, TufException, IOException {
    if (words.isEmpty()) {
      throw new UsageException("which command?");
    }
    ClientLimits limits = ClientLimits.DEFAULT;
    FileStore store = new FileStore(Path.of(one(flags, METADATA_DIR)), limits.largestMetadata());
    String command = words.getFirst();
    if (command.equals("init") && words.size() == 2) {
      TufClient.initialize(store, Files.readAllBytes(Path.of(words.get(1))));
      return 0;
    }
    if (words.size() > 1) {
      throw new UsageException(command + " takes no " + words.get(1));
    }
    URI metadata = URI.create(one(flags, METADATA_URL));
    switch (command) {
      case "refresh" -> client(store, metadata, metadata, limits).refresh();
      case "download" -> {
        URI targets = URI.create(one(flags, TARGET_BASE_URL));
        download(client(store, metadata, targets, limits), flags);
      }
      default -> throw new UsageException("no such command: " + command);
    }
    return 0;
  }

  private TufClient client(FileStore store, URI metadata, URI targets, ClientLimits limits) {
    return new TufClient(store, HttpFetcher.create(), metadata, targets, limits, clock);
  }

  private static void download(TufClient client, Map<String, List<String>> flags)
      throws UsageException, TufException, IOException {
    Path folder = Path.of(one(flags, TARGET_DIR));
    List<String> names = flags.get(TARGET_NAME);
    if (names == null) {
      throw new UsageException("missing: " + TARGET_NAME);
    }
    Files.createDirectories(folder);
    client.refresh();
    for (String name : names) {
      client.download(client.find(name), folder.resolve(RoleName.encode(name)));
    }
  }

  private static String one(Map<String, List<String>> flags, String name) throws UsageException {
    List<String> values = flags.getOrDefault(name, List.of());
    if (values.size() != 1) {
      throw new UsageException("give once: " + name);
    }
    return values.getFirst();
  }

  private int usage(String why) {
    errors.println("tuf-client: " + why);
    errors.print(USAGE);
    return WRONG_USAGE;
  }

  /// The command line makes no sense.
  private static final class UsageException extends Exception {
    UsageException(String message) {
      super(message);
    }
  }
}
