package io.firmament.platform.artifact;

import io.firmament.platform.rollout.Invalid;
import io.firmament.platform.rollout.Requirements;
import io.firmament.platform.rollout.Selector;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Whom an artifact is for, and what people are to know of it.
///
/// @param securityOnly whether it changes nothing but what closes vulnerabilities
/// @param compatibility which devices it fits; all unless given
/// @param provides what a device has once it is installed, by name
/// @param depends what a device must have ([Requirements]), by name, with the values of which one
///     is enough
/// @param mustPassThrough versions of the same artifact that a device which has an older one must
///     have had before
/// @param supportUntil the last day on which vulnerabilities of it are handled
/// @param notes for people; at most 10,000 characters
public record Terms(
    boolean securityOnly,
    Optional<Selector> compatibility,
    SortedMap<String, String> provides,
    SortedMap<String, List<String>> depends,
    List<String> mustPassThrough,
    Optional<LocalDate> supportUntil,
    String notes) {
  private static final int MAX_NOTES = 10_000;
  private static final int MAX_ENTRIES = 64;

  public Terms {
    provides = Collections.unmodifiableSortedMap(new TreeMap<>(provides));
    TreeMap<String, List<String>> copy = new TreeMap<>();
    depends.forEach((name, values) -> copy.put(name, List.copyOf(values)));
    depends = Collections.unmodifiableSortedMap(copy);
    mustPassThrough = List.copyOf(mustPassThrough);
    check("provides", provides.keySet());
    check("provides", provides.values());
    check("depends", depends.keySet());
    depends
        .values()
        .forEach(
            values -> {
              Invalid.unless(!values.isEmpty(), "depends", "names at least one value each");
              check("depends", values);
            });
    check("must_pass_through", mustPassThrough);
    mustPassThrough.forEach(
        version ->
            Invalid.unless(
                Naming.isVersion(version), "must_pass_through", "must be versions of artifacts"));
    Invalid.unless(
        notes.length() <= MAX_NOTES && notes.chars().noneMatch(Terms::isBadControl),
        "notes",
        "has at most " + MAX_NOTES + " characters, none of control but line ends and tabs");
  }

  /// What is asked of devices.
  public Requirements requirements() {
    return new Requirements(compatibility, depends, mustPassThrough);
  }

  /// It fits all devices, and there is nothing to say.
  public static Terms none() {
    return new Terms(
        false, Optional.empty(), new TreeMap<>(), new TreeMap<>(), List.of(), Optional.empty(), "");
  }

  /// What can be changed of terms that are signed: the rest is in the metadata.
  ///
  /// @param supportUntil empty leaves it
  public record Change(
      Optional<Boolean> securityOnly, Optional<LocalDate> supportUntil, Optional<String> notes) {
    /// What is changed, for the audit trail; the notes themselves are not repeated there.
    Map<String, String> facts() {
      Map<String, String> facts = new LinkedHashMap<>();
      securityOnly.ifPresent(flag -> facts.put("security_only", flag.toString()));
      supportUntil.ifPresent(day -> facts.put("support_until", day.toString()));
      notes.ifPresent(text -> facts.put("notes_characters", String.valueOf(text.length())));
      return facts;
    }
  }

  Terms with(Change change) {
    return new Terms(
        change.securityOnly().orElse(securityOnly),
        compatibility,
        provides,
        depends,
        mustPassThrough,
        change.supportUntil().or(() -> supportUntil),
        change.notes().orElse(notes));
  }

  private static void check(String field, java.util.Collection<String> texts) {
    Invalid.unless(texts.size() <= MAX_ENTRIES, field, "has at most " + MAX_ENTRIES + " entries");
    for (String text : texts) {
      Invalid.unless(
          !text.isBlank()
              && text.length() <= 200
              && text.chars().noneMatch(Character::isISOControl),
          field,
          "has texts of 1 to 200 characters, none of control");
    }
  }

  private static boolean isBadControl(int c) {
    return Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t';
  }
}
