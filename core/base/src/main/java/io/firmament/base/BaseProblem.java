package io.firmament.base;

/// The refusals every area shares.
public enum BaseProblem implements Problem {
  MALFORMED_REQUEST(Category.INVALID, "the request cannot be read: {detail}"),
  INVALID_FIELD(Category.INVALID, "{field}: {detail}"),
  INVALID_CURSOR(
      Category.INVALID, "the cursor does not belong to this list; start again without one"),
  UNAUTHENTICATED(Category.UNAUTHENTICATED, "{detail}"),
  MISSING_PERMISSION(Category.FORBIDDEN, "missing permission: {permission}"),
  SESSION_REQUIRED(
      Category.FORBIDDEN,
      "this operation needs a signed-in session; API keys and tokens are refused"),
  NOT_FOUND(Category.NOT_FOUND, "{what} not found"),
  NO_SUCH_ROUTE(Category.NOT_FOUND, "no such route: {method} {path}"),
  BODY_TOO_LARGE(Category.TOO_LARGE, "the body is larger than {limit} bytes"),
  UNSUPPORTED_MEDIA_TYPE(
      Category.UNSUPPORTED_MEDIA, "send the body as {expected}, not as {actual}"),
  THROTTLED(Category.THROTTLED, "too many requests; try again in a moment");

  private final Category category;
  private final String title;

  BaseProblem(Category category, String title) {
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
