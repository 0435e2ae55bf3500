package io.firmament.edge;

import io.firmament.base.Problem;

/// The refusals of the edge itself.
public enum EdgeProblem implements Problem {
  ANSWER_TOO_LARGE(
      Category.TOO_LARGE,
      "the answer is larger than {limit} bytes; fetch it from the transfer service, which streams"
          + " any size");

  private final Category category;
  private final String title;

  EdgeProblem(Category category, String title) {
    this.category = category;
    this.title = title;
  }

  @Override
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public Category category() {
    return category;
  }

  @Override
  public String title() {
    return title;
  }
}
