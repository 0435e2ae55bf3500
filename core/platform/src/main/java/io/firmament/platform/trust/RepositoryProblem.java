package io.firmament.platform.trust;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of a tenant's repository and its ceremonies.
public enum RepositoryProblem implements Problem {
  REPOSITORY_NOT_BEGUN(Category.CONFLICT, "this tenant's repository has not begun"),
  REPOSITORY_ALREADY_BEGUN(
      Category.CONFLICT, "this tenant's repository began with another root: {detail}"),
  REPOSITORY_BUSY(Category.CONFLICT, "others wrote to the repository all the time"),
  REPOSITORY_REFUSED(Category.CONFLICT, "the repository refuses it: {detail}"),
  REPOSITORY_KEYS_MISSING(
      Category.CONFLICT, "the repository trusts other online keys than there are: {detail}"),
  ONLINE_KEY_NOT_TRUSTED(Category.CONFLICT, "{role} is not trusted by the key {keyid}"),
  ONLINE_KEY_SLOTS_TAKEN(Category.CONFLICT, "{role} has all the keys already that it can have"),
  FLEET_WITHOUT_KEY(Category.CONFLICT, "fleet {fleet} has no key to sign with"),
  CEREMONY_NOT_OPEN(Category.CONFLICT, "no {role} waits for signatures"),
  CEREMONY_OPEN(
      Category.CONFLICT, "another ceremony is open, and {signatures} signatures are in: {detail}"),
  CEREMONY_CHANGED(Category.CONFLICT, "somebody else changed the ceremony in the meantime"),
  CEREMONY_EXPIRED(Category.CONFLICT, "the {role} to be signed expired at {expires_at}"),
  CEREMONY_STALE(
      Category.CONFLICT, "{role} {version} is out of date; version {published} is published"),
  CEREMONY_DOCUMENT_DIFFERS(
      Category.CONFLICT, "this {role} is not the one that was prepared, whose digest is {digest}"),
  CEREMONY_KEY_UNKNOWN(Category.INVALID, "no key of {role} has the id {keyid}"),
  CEREMONY_SIGNATURE_INVALID(
      Category.INVALID, "the signature of {keyid} is not over the {role} of digest {digest}");

  private final Category category;
  private final String title;

  RepositoryProblem(Category category, String title) {
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
