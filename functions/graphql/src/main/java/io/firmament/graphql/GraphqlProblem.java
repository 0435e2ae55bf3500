package io.firmament.graphql;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of the GraphQL API.
public enum GraphqlProblem implements Problem {
  QUERY_INVALID(Category.INVALID, "{detail}"),
  QUERY_TOO_LARGE(
      Category.TOO_LARGE, "the query has more than {limit} {what}; ask for less at a time"),
  RESULT_TOO_LARGE(
      Category.TOO_LARGE, "the answer has more than {limit} {what}; read it in pages or filter it"),
  LIST_TOO_LONG(
      Category.TOO_LARGE, "{field} has more than {limit} entries; read {instead} in pages"),
  QUERY_LANGUAGE_NOT_AVAILABLE(
      Category.INVALID, "{field}: filters in the query language are not served yet"),
  REPORTS_NOT_AVAILABLE(Category.CONFLICT, "reports are not served yet");

  private final Category category;
  private final String title;

  GraphqlProblem(Category category, String title) {
    this.category = category;
    this.title = title;
  }

  @Override
  public String code() {
    return name().toLowerCase(Locale.ROOT);
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
