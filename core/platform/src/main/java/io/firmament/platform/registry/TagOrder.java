package io.firmament.platform.registry;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts tags so that the newest likely come first. The distribution API knows no times, so this is
/// a guess from the names: `latest` and its like; versions and dates from high to low, where a
/// release comes before its pre-releases and variants; other names; and last the tags that tools
/// keep their signatures and lists of referrers under.
final class TagOrder implements Comparator<String> {
  private static final List<String> MOVING =
      List.of("latest", "stable", "main", "master", "edge", "nightly");
  private static final Pattern VERSION =
      Pattern.compile("[vV]?(?<numbers>\\d{1,40}(?:\\.\\d{1,40}){0,7})(?<rest>(?:[^0-9.].*)?)");
  private static final Pattern OF_TOOLS =
      Pattern.compile("sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{64,128})(?:\\..*)?");
  private static final Pattern PRE =
      Pattern.compile("[-._]?(?:alpha|beta|rc|pre|dev|snapshot|a\\d|b\\d)(?:[^a-z].*)?");

  private enum Kind {
    MOVING,
    VERSION,
    NAME,
    OF_TOOLS
  }

  /// What a name says of a tag.
  private record Look(String tag, Kind kind, List<BigInteger> numbers, String rest) {
    /// A release, its variants (`-alpine`), its pre-releases.
    int maturity() {
      return rest.isEmpty() ? 0 : PRE.matcher(rest).matches() ? 2 : 1;
    }
  }

  /// The tags in this order.
  static List<String> sorted(List<String> tags) {
    return tags.stream().map(TagOrder::look).sorted(TagOrder::compare).map(Look::tag).toList();
  }

  @Override
  public int compare(String one, String other) {
    return compare(look(one), look(other));
  }

  private static Look look(String tag) {
    if (MOVING.contains(tag)) {
      return new Look(tag, Kind.MOVING, List.of(), tag);
    }
    if (OF_TOOLS.matcher(tag).matches()) {
      return new Look(tag, Kind.OF_TOOLS, List.of(), tag);
    }
    Matcher version = VERSION.matcher(tag);
    if (!version.matches()) {
      return new Look(tag, Kind.NAME, List.of(), tag);
    }
    List<BigInteger> numbers = new ArrayList<>();
    for (String number : version.group("numbers").split("\\.", -1)) {
      numbers.add(new BigInteger(number));
    }
    return new Look(tag, Kind.VERSION, numbers, version.group("rest"));
  }

  private static int compare(Look one, Look other) {
    int order = one.kind().compareTo(other.kind());
    if (order == 0) {
      order =
          switch (one.kind()) {
            case MOVING -> MOVING.indexOf(one.tag()) - MOVING.indexOf(other.tag());
            case VERSION -> versions(one, other);
            case NAME, OF_TOOLS -> 0;
          };
    }
    return order == 0 ? one.tag().compareTo(other.tag()) : order;
  }

  private static int versions(Look one, Look other) {
    int most = Math.max(one.numbers().size(), other.numbers().size());
    for (int i = 0; i < most; i++) {
      int order = number(other, i).compareTo(number(one, i));
      if (order != 0) {
        return order;
      }
    }
    int order = Integer.compare(one.maturity(), other.maturity());
    if (order == 0) {
      // Of pre-releases the later is the newer; of variants none is.
      order = one.maturity() == 2 ? natural(other.rest(), one.rest()) : 0;
    }
    // More exact names first: 1.2.0 before 1.2 and 1.
    return order == 0 ? other.numbers().size() - one.numbers().size() : order;
  }

  private static BigInteger number(Look look, int place) {
    return place < look.numbers().size() ? look.numbers().get(place) : BigInteger.ZERO;
  }

  /// Compares texts with the numbers in them taken as numbers: `rc.9` before `rc.10`.
  private static int natural(String one, String other) {
    int i = 0;
    int j = 0;
    while (i < one.length() && j < other.length()) {
      int endOne = digits(one, i);
      int endOther = digits(other, j);
      int order;
      if (endOne > i && endOther > j) {
        order =
            new BigInteger(one.substring(i, endOne))
                .compareTo(new BigInteger(other.substring(j, endOther)));
        i = endOne;
        j = endOther;
      } else {
        order = Character.compare(one.charAt(i++), other.charAt(j++));
      }
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(one.length() - i, other.length() - j);
  }

  private static int digits(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }
}
