package io.firmament.base;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The order of versions that have no scheme of their own, as those of firmware.
///
/// A version is a list of numbers and words; separators only separate. Words that announce a
/// release are before it, every other word (`p1`, `a`, `post1`) is after it and before the next
/// number; missing numbers are zero; a leading `v`, `r` or `release-` and build metadata after `+`
/// do not count. So `2.80test2` < `2.80rc1` < `2.80` = `v2.80.0` < `2.80p1` < `2.80.1`.
///
/// It orders whatever it is given without failing; [#reads] says whether the order means anything.
public final class VersionOrder implements Comparator<String> {
  /// In the order of time, by rank.
  private static final Map<String, Integer> PRE_RELEASES =
      Map.ofEntries(
          Map.entry("dev", 0),
          Map.entry("devel", 0),
          Map.entry("snapshot", 0),
          Map.entry("git", 0),
          Map.entry("svn", 0),
          Map.entry("cvs", 0),
          Map.entry("alpha", 1),
          Map.entry("beta", 2),
          Map.entry("test", 3),
          Map.entry("pre", 4),
          Map.entry("preview", 4),
          Map.entry("rc", 5),
          Map.entry("cand", 5));

  private static final int RANK_END = 100;
  private static final int RANK_WORD = 200;
  private static final int RANK_NUMBER = 300;
  private static final Token END = new Token(RANK_END, "");

  private VersionOrder() {}

  public static VersionOrder standard() {
    return new VersionOrder();
  }

  /// Starts with a number and has no placeholder such as `1.35.x`.
  public boolean reads(String version) {
    String text = stripped(version);
    return !text.isEmpty()
        && isDigit(text.charAt(0))
        && tokens(text).stream().noneMatch(t -> t.rank == RANK_WORD && t.text.equals("x"));
  }

  @Override
  public int compare(String left, String right) {
    List<Token> l = tokens(stripped(left));
    List<Token> r = tokens(stripped(right));
    for (int i = 0; i < Math.max(l.size(), r.size()); i++) {
      int byToken = (i < l.size() ? l.get(i) : END).compareTo(i < r.size() ? r.get(i) : END);
      if (byToken != 0) {
        return byToken;
      }
    }
    return 0;
  }

  private static String stripped(String version) {
    String text = version.strip().toLowerCase(Locale.ROOT);
    int plus = text.indexOf('+');
    text = plus > 0 ? text.substring(0, plus) : text;
    for (String prefix : List.of("release-", "release", "version", "v", "r")) {
      if (text.startsWith(prefix)
          && text.length() > prefix.length()
          && isDigit(text.charAt(prefix.length()))) {
        return text.substring(prefix.length());
      }
    }
    return text;
  }

  /// Numbers and words; zeros that end a run of numbers are left out, so that missing ones are
  /// zero.
  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    int zeros = 0;
    int at = 0;
    while (at < text.length()) {
      int end = tokenEnd(text, at);
      if (end == at) {
        at++;
        continue;
      }
      String token = text.substring(at, end);
      boolean number = isDigit(token.charAt(0));
      if (number && compareDigits(token, "0") == 0) {
        zeros++;
      } else {
        for (; number && zeros > 0; zeros--) {
          tokens.add(new Token(RANK_NUMBER, "0"));
        }
        zeros = 0;
        tokens.add(new Token(number ? RANK_NUMBER : wordRank(token), token));
      }
      at = end;
    }
    return tokens;
  }

  private static int tokenEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    if (end > from) {
      return end;
    }
    while (end < text.length() && Character.isLetter(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int wordRank(String word) {
    return PRE_RELEASES.getOrDefault(word, RANK_WORD);
  }

  /// A number or a word, with its place in the order.
  private record Token(int rank, String text) implements Comparable<Token> {
    @Override
    public int compareTo(Token other) {
      if (rank != other.rank) {
        return Integer.compare(rank, other.rank);
      }
      return switch (rank) {
        case RANK_NUMBER -> compareDigits(text, other.text);
        case RANK_WORD -> compareWords(text, other.text);
        default -> 0;
      };
    }

    /// One letter, then two (after `z` comes `za`), then longer words; each by the alphabet.
    private static int compareWords(String left, String right) {
      int byLength = Integer.compare(Math.min(left.length(), 3), Math.min(right.length(), 3));
      return byLength != 0 ? byLength : left.compareTo(right);
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /// Compares runs of digits of any length as numbers.
  private static int compareDigits(String left, String right) {
    String l = left.replaceFirst("^0+", "");
    String r = right.replaceFirst("^0+", "");
    int byLength = Integer.compare(l.length(), r.length());
    return byLength != 0 ? byLength : l.compareTo(r);
  }
}
