package io.firmament.aws;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A cursor that holds the last sort key before a page, and nothing else: the partition is always
/// the caller's own, so that a cursor opens nothing.
public final class SortKeyCursor {
  /// More than the longest sort key that a list goes by.
  private static final int MAX_LENGTH = 512;

  private SortKeyCursor() {}

  public static Cursor of(String sk) {
    return new Cursor(
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(sk.getBytes(StandardCharsets.UTF_8)));
  }

  /// The sort key; whether there is such an item is for the store to see.
  ///
  /// @throws io.firmament.base.ProblemException `invalid_cursor` for one that no list has given out
  public static String open(Cursor cursor) {
    try {
      String sk = new String(Base64.getUrlDecoder().decode(cursor.value()), StandardCharsets.UTF_8);
      // A line feed is between the parts of some.
      boolean text = sk.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c));
      if (text && !sk.isEmpty() && sk.length() <= MAX_LENGTH) {
        return sk;
      }
    } catch (IllegalArgumentException e) {
      // Not one of ours, as below.
    }
    throw BaseProblem.INVALID_CURSOR.with();
  }

  /// The sort key of a list of those that begin so.
  ///
  /// @throws io.firmament.base.ProblemException `invalid_cursor` for one of another list
  public static String open(Cursor cursor, String prefix) {
    String sk = open(cursor);
    if (!sk.startsWith(prefix)) {
      throw BaseProblem.INVALID_CURSOR.with();
    }
    return sk;
  }
}
