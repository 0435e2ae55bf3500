package io.firmament.platform.monitoring;

import io.firmament.base.AnalysisId;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.Matched;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// That other facts changed what is known of a firmware.
///
/// @param id unique within the firmware, and later ids sort after earlier ones
/// @param before what the matches were made with
/// @param after what they are made with since
/// @param added how many matches are new
/// @param changed how many are judged otherwise
/// @param gone how many are not there any more
public record FirmwareChange(
    Id id, AnalysisId analysis, Matched before, Matched after, int added, int changed, int gone) {
  /// Names a change, as `20260131T101500123Z-1a2b3c4d`.
  public record Id(String value) {
    private static final Pattern FORM = Pattern.compile("\\d{8}T\\d{9}Z-[0-9a-f]{8}");
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    static Id of(AnalysisId analysis, Matched before, Matched after) {
      String from = analysis + " " + name(before) + " " + name(after);
      String hash = Sha256.of(from.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
      return new Id(TIME.format(after.at()) + "-" + hash);
    }

    private static String name(Matched matched) {
      return matched.index() + matched.user().map(user -> "+" + user.hex()).orElse("");
    }

    /// What ids of changes at that time or later do not sort before.
    public static String from(Instant time) {
      return TIME.format(time);
    }

    /// Empty for what can be no id.
    public static Optional<Id> parse(String text) {
      return FORM.matcher(text).matches() ? Optional.of(new Id(text)) : Optional.empty();
    }

    @Override
    public String toString() {
      return value;
    }
  }

  /// Counts what changed.
  public static FirmwareChange of(
      AnalysisId analysis, Matched before, Matched after, List<MatchChange> changes) {
    return new FirmwareChange(
        Id.of(analysis, before, after),
        analysis,
        before,
        after,
        count(changes, MatchChange.Kind.NEW),
        count(changes, MatchChange.Kind.CHANGED),
        count(changes, MatchChange.Kind.GONE));
  }

  private static int count(List<MatchChange> changes, MatchChange.Kind kind) {
    return (int) changes.stream().filter(change -> change.kind() == kind).count();
  }
}
