package io.firmament.platform.identity;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of sign-in and account administration.
public enum IdentityProblem implements Problem {
  BAD_CREDENTIALS(Category.UNAUTHENTICATED, "e-mail address or password is wrong"),
  TOO_MANY_ATTEMPTS(
      Category.THROTTLED,
      "too many attempts to sign in to this account; try again in {seconds} seconds"),
  UNKNOWN_CLIENT(Category.INVALID, "client_id is not one that this platform knows"),
  TENANT_NOT_CHOSEN(
      Category.INVALID, "the account belongs to several tenants; send tenant_id to choose one"),
  EMAIL_TAKEN(Category.CONFLICT, "there is an account with this e-mail address already");

  private final Category category;
  private final String title;

  IdentityProblem(Category category, String title) {
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
