package io.firmament.analysis.advisory.cpe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A CPE 2.3 name, read from and printed as a formatted string (NISTIR 7695, section 6.2).
///
/// Values keep their escapes, in lower case; `*` is ANY and `-` is NA.
public final class Cpe {
  private static final String PREFIX = "cpe:2.3:";
  private static final String URI_PREFIX = "cpe:/";
  private static final int URI_PARTS = 7;
  private static final int MAX_LENGTH = 2000;
  private static final int ATTRIBUTES = CpeAttribute.values().length;

  private final List<String> values;

  private Cpe(List<String> values) {
    this.values = values;
  }

  /// Reads a formatted string; empty where it is none.
  public static Optional<Cpe> parse(String text) {
    if (text.length() > MAX_LENGTH || !text.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
      return Optional.empty();
    }
    List<String> values = split(text.substring(PREFIX.length()).toLowerCase(Locale.ROOT));
    boolean whole = values.size() == ATTRIBUTES && values.stream().allMatch(Cpe::isValid);
    boolean knownPart =
        whole && values.getFirst().length() == 1 && "aoh*-".contains(values.getFirst());
    return knownPart ? Optional.of(new Cpe(List.copyOf(values))) : Optional.empty();
  }

  /// Reads a URI of CPE 2.2, as NISTIR 7695, section 6.1.3, unbinds it:
  /// `cpe:/a:vendor:product:1.0`, with the packed edition of CPE 2.3; empty where it is none.
  public static Optional<Cpe> parseUri(String text) {
    if (text.length() > MAX_LENGTH
        || !text.regionMatches(true, 0, URI_PREFIX, 0, URI_PREFIX.length())) {
      return Optional.empty();
    }
    String rest = text.substring(URI_PREFIX.length()).toLowerCase(Locale.ROOT);
    List<String> parts = new ArrayList<>(List.of(rest.split(":", -1)));
    if (parts.size() > URI_PARTS) {
      return Optional.empty();
    }
    while (parts.size() < URI_PARTS) {
      parts.add("");
    }
    List<String> packed = new ArrayList<>(List.of(parts.get(5), "", "", "", ""));
    if (parts.get(5).startsWith("~")) {
      packed = new ArrayList<>(List.of(parts.get(5).substring(1).split("~", -1)));
      if (packed.size() != 5) {
        return Optional.empty();
      }
    }
    List<String> values = new ArrayList<>(parts.subList(0, 5));
    values.add(packed.getFirst());
    values.add(parts.get(6));
    values.addAll(packed.subList(1, 5));
    List<String> unbound = new ArrayList<>();
    for (String value : values) {
      Optional<String> one = unboundFromUri(value);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      unbound.add(one.get());
    }
    return parse(PREFIX + String.join(":", unbound));
  }

  /// `%01` and `%02` are the wildcards `?` and `*`, at the ends only.
  private static Optional<String> unboundFromUri(String value) {
    if (value.isEmpty()) {
      return Optional.of("*");
    }
    StringBuilder unbound = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '%') {
        if (i + 2 >= value.length() || !value.substring(i + 1, i + 3).matches("[0-9a-f]{2}")) {
          return Optional.empty();
        }
        c = (char) Integer.parseInt(value.substring(i + 1, i + 3), 16);
        boolean end =
            value.substring(0, i).matches("(?:%0[12])*")
                || value.substring(i + 3).matches("(?:%0[12])*");
        i += 2;
        if (c == 1 || c == 2) {
          if (!end) {
            return Optional.empty();
          }
          unbound.append(c == 1 ? '?' : '*');
          continue;
        }
      }
      if (c <= ' ' || c >= 0x7f) {
        return Optional.empty();
      }
      unbound.append(isBare(c) ? "" : "\\").append(c);
    }
    return Optional.of(unbound.toString());
  }

  private static boolean isBare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  }

  /// The URI of CPE 2.2, with the packed edition of CPE 2.3 (NISTIR 7695, section 6.1.2).
  public String toUri() {
    List<String> bound = values.stream().map(Cpe::boundToUri).toList();
    String edition = bound.get(5);
    List<String> extended = bound.subList(7, ATTRIBUTES);
    if (extended.stream().anyMatch(value -> !value.isEmpty())) {
      edition = "~" + edition + "~" + String.join("~", extended);
    }
    String uri =
        URI_PREFIX + String.join(":", bound.subList(0, 5)) + ":" + edition + ":" + bound.get(6);
    return uri.replaceFirst(":+$", "");
  }

  private static String boundToUri(String value) {
    if (value.equals("*")) {
      return "";
    }
    StringBuilder bound = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length()) {
        c = value.charAt(++i);
        bound.append(isBare(c) ? String.valueOf(c) : String.format("%%%02x", (int) c));
      } else {
        bound.append(c == '?' ? "%01" : c == '*' ? "%02" : String.valueOf(c));
      }
    }
    return bound.toString();
  }

  /// A name of part, vendor, product and version, everything else ANY; the texts are plain.
  public static Cpe of(char part, String vendor, String product, String version) {
    List<String> values = new ArrayList<>(ATTRIBUTES);
    values.add(String.valueOf(part));
    values.add(escape(vendor));
    values.add(escape(product));
    values.add(escape(version));
    while (values.size() < ATTRIBUTES) {
      values.add("*");
    }
    return new Cpe(List.copyOf(values));
  }

  /// A plain text as an attribute value: punctuation escaped, lower case, blanks as underscores.
  public static String escape(String plain) {
    if (plain.isEmpty() || plain.equals("*")) {
      return "*";
    }
    StringBuilder escaped = new StringBuilder(plain.length() + 4);
    for (char c : plain.toLowerCase(Locale.ROOT).toCharArray()) {
      if (c == ' ') {
        escaped.append('_');
      } else if (c > 0x20 && c < 0x7f) {
        boolean bare = Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-';
        escaped.append(bare ? "" : "\\").append(c);
      }
    }
    return escaped.toString().equals("-") ? "\\-" : escaped.toString();
  }

  /// The value with its escapes.
  public String value(CpeAttribute attribute) {
    return values.get(attribute.position());
  }

  /// The value without its escapes.
  public String text(CpeAttribute attribute) {
    return unescape(value(attribute));
  }

  public boolean isAny(CpeAttribute attribute) {
    return value(attribute).equals("*");
  }

  public boolean isNotApplicable(CpeAttribute attribute) {
    return value(attribute).equals("-");
  }

  /// `vendor:product`, escaped: what criteria are looked up by.
  public String key() {
    return value(CpeAttribute.VENDOR) + ":" + value(CpeAttribute.PRODUCT);
  }

  /// How this name's attribute relates to the target's.
  public Relation compare(CpeAttribute attribute, Cpe target) {
    return compareValues(value(attribute), target.value(attribute));
  }

  /// The relation of whole names (NISTIR 7696, section 6.3): whether this is a superset of or equal
  /// to the target in every attribute, a subset, equal, or disjoint in any.
  public Relation compare(Cpe target) {
    boolean superset = true;
    boolean subset = true;
    for (CpeAttribute attribute : CpeAttribute.values()) {
      Relation relation = compare(attribute, target);
      if (relation == Relation.DISJOINT || relation == Relation.UNDEFINED) {
        return relation;
      }
      superset &= relation == Relation.SUPERSET || relation == Relation.EQUAL;
      subset &= relation == Relation.SUBSET || relation == Relation.EQUAL;
    }
    if (superset && subset) {
      return Relation.EQUAL;
    }
    if (superset) {
      return Relation.SUPERSET;
    }
    return subset ? Relation.SUBSET : Relation.UNDEFINED;
  }

  /// NISTIR 7696, table 6-2, for values in escaped lower case.
  public static Relation compareValues(String source, String target) {
    if (hasWildcards(target)) {
      return source.equals(target) ? Relation.EQUAL : Relation.UNDEFINED;
    }
    if (source.equals(target)) {
      return Relation.EQUAL;
    }
    if (source.equals("*")) {
      return Relation.SUPERSET;
    }
    if (target.equals("*")) {
      return Relation.SUBSET;
    }
    if (source.equals("-") || target.equals("-")) {
      return Relation.DISJOINT;
    }
    if (hasWildcards(source)) {
      return matches(source, target) ? Relation.SUPERSET : Relation.DISJOINT;
    }
    return unescape(source).equals(unescape(target)) ? Relation.EQUAL : Relation.DISJOINT;
  }

  /// Whether the value has an unescaped `*` or `?` besides other characters.
  public static boolean hasWildcards(String value) {
    if (value.equals("*")) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '*' || c == '?') {
        return true;
      }
    }
    return false;
  }

  public static String unescape(String value) {
    if (value.indexOf('\\') < 0) {
      return value;
    }
    StringBuilder plain = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean escape = c == '\\' && i + 1 < value.length();
      plain.append(escape ? value.charAt(++i) : c);
    }
    return plain.toString();
  }

  /// Leading and trailing `*` stand for any run, each `?` for at most one character (7696, 6.3).
  private static boolean matches(String pattern, String target) {
    String text = unescape(target);
    int start = 0;
    int end = pattern.length();
    boolean openStart = false;
    boolean openEnd = false;
    int maxBefore = 0;
    int maxAfter = 0;
    while (start < end && (pattern.charAt(start) == '*' || pattern.charAt(start) == '?')) {
      openStart |= pattern.charAt(start) == '*';
      maxBefore++;
      start++;
    }
    while (end > start && isBareWildcard(pattern, end - 1)) {
      openEnd |= pattern.charAt(end - 1) == '*';
      maxAfter++;
      end--;
    }
    String core = unescape(pattern.substring(start, end));
    for (int at = text.indexOf(core); at >= 0; at = text.indexOf(core, at + 1)) {
      int after = text.length() - at - core.length();
      if ((openStart || at <= maxBefore) && (openEnd || after <= maxAfter)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBareWildcard(String pattern, int at) {
    char c = pattern.charAt(at);
    int escapes = 0;
    while (at - escapes > 0 && pattern.charAt(at - escapes - 1) == '\\') {
      escapes++;
    }
    return (c == '*' || c == '?') && escapes % 2 == 0;
  }

  private static List<String> split(String text) {
    List<String> values = new ArrayList<>(ATTRIBUTES);
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i < text.length() && text.charAt(i) == '\\') {
        i++;
      } else if (i == text.length() || text.charAt(i) == ':') {
        values.add(text.substring(start, i));
        start = i + 1;
      }
    }
    return values;
  }

  private static boolean isValid(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> c > 0x20 && c != 0x7f);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cpe cpe && values.equals(cpe.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return PREFIX + String.join(":", values);
  }
}
