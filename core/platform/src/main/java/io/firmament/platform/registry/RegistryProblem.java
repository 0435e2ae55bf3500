package io.firmament.platform.registry;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of container registries.
public enum RegistryProblem implements Problem {
  REGISTRY_NOT_FOUND(Category.NOT_FOUND, "registry {id} not found"),
  REGISTRY_EXISTS(Category.CONFLICT, "{host} is connected already"),
  REGISTRY_CHANGED(
      Category.CONFLICT, "registry {id} was changed by someone else in the meantime; try again"),
  REGISTRY_ADDRESS_REFUSED(Category.CONFLICT, "{host} is {kind}, which is not called from here"),
  REGISTRY_UNREACHABLE(Category.UNAVAILABLE, "{host} did not answer: {detail}"),
  REGISTRY_ANSWER_UNUSABLE(Category.UNAVAILABLE, "the answer of {host} cannot be used: {detail}"),
  REGISTRY_RATE_LIMITED(
      Category.THROTTLED, "{host} limits how often it is asked; try again in {seconds} seconds"),
  REGISTRY_LOGIN_REFUSED(Category.CONFLICT, "{host} does not take these credentials: {detail}"),
  REGISTRY_LOGIN_NEEDED(Category.CONFLICT, "{host} wants a login, and the connection is anonymous"),
  REGISTRY_CREDENTIALS_LOST(
      Category.CONFLICT, "the credentials of registry {id} cannot be decrypted any more"),
  REGISTRY_ACCESS_DENIED(
      Category.CONFLICT,
      "{host} does not let this connection read {repository}, or there is no such repository"),
  REPOSITORY_NOT_FOUND(Category.NOT_FOUND, "{host} has no repository {repository}"),
  IMAGE_NOT_FOUND(Category.NOT_FOUND, "{host} has no image {image}"),
  IMAGE_NOT_SUPPORTED(Category.CONFLICT, "{image} is no image that can be deployed: {detail}"),
  IMAGE_DIGEST_WRONG(
      Category.UNAVAILABLE, "{host} sent something else than {expected}: its digest is {actual}");

  private final Category category;
  private final String title;

  RegistryProblem(Category category, String title) {
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
