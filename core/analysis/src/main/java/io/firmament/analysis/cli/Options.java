package io.firmament.analysis.cli;

import io.firmament.analysis.unpack.Limits;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the command line asks for.
///
/// @param json where the report goes; null for nowhere, and so for the next three
/// @param cache folder of what is known of contents; null where nothing is to be known
/// @param at the day that stands for today
record Options(
    Path image,
    @Nullable Path json,
    @Nullable Path tree,
    @Nullable Path sbom,
    @Nullable Path tar,
    @Nullable Path cache,
    LocalDate at,
    Limits limits) {
  static final String USAGE =
      """
      usage: analyze IMAGE [--json FILE] [--tree FILE] [--sbom FILE] [--extract-tar FILE] [--cache FOLDER] [--at DATE] [--limits NAME=VALUE,...]

      --json FILE         the report, as schema/src/main/resources/firmament/analysis-report.schema.json says
      --tree FILE         every entry of the tree as one JSON object a line
      --sbom FILE         CycloneDX JSON, or XML where FILE ends with .xml, or SPDX where with .spdx.json
      --extract-tar FILE  the whole tree as a tar archive
      --cache FOLDER      keeps what was found in each content, so that the next image is looked at only where it
                          differs; the folder holds secrets that are in the images
      --at DATE           the day that stands for today (YYYY-MM-DD), for what depends on it
      --limits ...        input-bytes, total-bytes, free-bytes, ratio, entries, depth, codec-memory, name-bytes, notes;
                          values may end with k, m or g

      exit code: 0 analysed, 2 not analysable, 3 a limit stopped it (what was found is written), 64 wrong usage
      """;

  /// A command line that makes no sense; the message says why.
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  static Options parse(List<String> arguments) throws UsageException {
    Path image = null;
    Path json = null;
    Path tree = null;
    Path sbom = null;
    Path tar = null;
    Path cache = null;
    LocalDate at = LocalDate.now(ZoneOffset.UTC);
    Limits.Builder limits = Limits.builder();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        if (image != null) {
          throw new UsageException("one image only: " + argument);
        }
        image = Path.of(argument);
        continue;
      }
      if (i + 1 == arguments.size()) {
        throw new UsageException(argument + " needs a value");
      }
      String value = arguments.get(++i);
      switch (argument) {
        case "--json" -> json = Path.of(value);
        case "--tree" -> tree = Path.of(value);
        case "--sbom" -> sbom = Path.of(value);
        case "--extract-tar" -> tar = Path.of(value);
        case "--cache" -> cache = Path.of(value);
        case "--at" -> at = date(value);
        case "--limits" -> limits(value, limits);
        default -> throw new UsageException("no such option: " + argument);
      }
    }
    if (image == null) {
      throw new UsageException("an image is missing");
    }
    return new Options(image, json, tree, sbom, tar, cache, at, limits.build());
  }

  private static LocalDate date(String text) throws UsageException {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException("not a date of the form YYYY-MM-DD: " + text);
    }
  }

  private static void limits(String text, Limits.Builder limits) throws UsageException {
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2) {
        throw new UsageException("not NAME=VALUE: " + part);
      }
      long value = number(pair[1]);
      switch (pair[0]) {
        case "input-bytes" -> limits.inputBytes(value);
        case "total-bytes" -> limits.totalBytes(value);
        case "free-bytes" -> limits.freeBytes(value);
        case "ratio" -> limits.ratio(small(value));
        case "entries" -> limits.entries(small(value));
        case "depth" -> limits.depth(small(value));
        case "codec-memory" -> limits.codecMemory(value);
        case "name-bytes" -> limits.nameBytes(small(value));
        case "notes" -> limits.notes(small(value));
        default -> throw new UsageException("no such limit: " + pair[0]);
      }
    }
  }

  private static int small(long value) throws UsageException {
    if (value > Integer.MAX_VALUE) {
      throw new UsageException("too large: " + value);
    }
    return (int) value;
  }

  private static long number(String text) throws UsageException {
    String lower = text.toLowerCase(Locale.ROOT);
    int shift = lower.endsWith("k") ? 10 : lower.endsWith("m") ? 20 : lower.endsWith("g") ? 30 : 0;
    try {
      long value = Long.parseLong(shift == 0 ? lower : lower.substring(0, lower.length() - 1));
      if (value < 1 || value > Long.MAX_VALUE >> shift) {
        throw new UsageException("not a limit: " + text);
      }
      return value << shift;
    } catch (NumberFormatException e) {
      throw new UsageException("not a number: " + text);
    }
  }
}
