package io.firmament.platform.firmware;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of uploading firmware and of fetching what came out of it.
public enum FirmwareProblem implements Problem {
  UPLOAD_USED(Category.CONFLICT, "this upload id was used; its firmware is {firmware}"),
  UPLOAD_EXPIRED(Category.GONE, "this upload id expired at {expired}; create a new upload"),
  EMPTY_UPLOAD(Category.INVALID, "the upload holds neither a firmware image nor an SBOM"),
  INVALID_MULTIPART(Category.INVALID, "the multipart body cannot be read: {detail}"),
  SBOM_TOO_LARGE(Category.TOO_LARGE, "the SBOM is larger than {limit} bytes"),
  ANALYSIS_NOT_FINISHED(Category.CONFLICT, "the analysis is not finished; it is {state}"),
  ANALYSIS_FAILED(Category.CONFLICT, "the analysis failed: {reason}"),
  SBOM_FORMAT_NOT_ACCEPTABLE(
      Category.NOT_ACCEPTABLE, "send an Accept header with one of: {formats}"),
  VEX_FORMAT_NOT_ACCEPTABLE(
      Category.NOT_ACCEPTABLE, "send an Accept header with one of: {formats}"),
  VEX_NOTHING_TO_SAY(
      Category.CONFLICT, "no vulnerability was found, and a document of {format} cannot say that"),
  CHANGE_NOT_FOUND(Category.NOT_FOUND, "no such change of this firmware: {change}"),
  VEX_INVALID(Category.INVALID, "the VEX document cannot be used: {detail}"),
  VEX_OUTDATED(
      Category.CONFLICT,
      "another document with the id {document} is there already, which is not older than {issued}"),
  VEX_DOCUMENTS_FULL(Category.CONFLICT, "this firmware has {limit} VEX documents already"),
  FILE_NOT_FOUND(Category.NOT_FOUND, "no such file in the firmware: {path}"),
  NOT_A_FILE(Category.CONFLICT, "{path} is a {type}, which has no content to download");

  private final Category category;
  private final String title;

  FirmwareProblem(Category category, String title) {
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
