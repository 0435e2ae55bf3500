package io.firmament.analysis.advisory;

/// How a component's version fits a criterion.
enum Fit {
  /// Outside, or the criterion matches no version at all.
  NONE(0, "", ""),
  EXACT(3, "exact-version", "the version is one of those listed"),
  RANGE(1, "range", "the version is in the affected range"),
  OPEN_RANGE(-1, "range", "the version is in the affected range, which has no lower bound"),
  ALL_VERSIONS(-2, "all-versions", "the source names the product without a version"),
  NO_VERSION(-3, "no-version", "the component's version is not known"),
  UNREADABLE(-3, "unreadable-version", "the component's version cannot be ordered");

  private final int score;
  private final String code;
  private final String text;

  Fit(int score, String code, String text) {
    this.score = score;
    this.code = code;
    this.text = text;
  }

  int score() {
    return score;
  }

  String code() {
    return code;
  }

  String text() {
    return text;
  }

  boolean isCertain() {
    return this == EXACT || this == RANGE || this == OPEN_RANGE;
  }
}
