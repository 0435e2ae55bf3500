package io.firmament.trust;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of certificates and signatures.
public enum TrustProblem implements Problem {
  CSR_INVALID(Category.INVALID, "the certificate request cannot be accepted: {detail}"),
  CLIENT_CERTIFICATE_INVALID(
      Category.UNAUTHENTICATED, "the client certificate is no device certificate: {detail}");

  private final Category category;
  private final String title;

  TrustProblem(Category category, String title) {
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
