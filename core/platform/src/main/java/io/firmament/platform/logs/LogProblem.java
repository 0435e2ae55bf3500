package io.firmament.platform.logs;

import io.firmament.base.Problem;
import java.util.Locale;

/// The refusals of logs.
public enum LogProblem implements Problem {
  LOG_REQUEST_NOT_FOUND(Category.NOT_FOUND, "log request {id} not found"),
  LOG_REQUEST_UNKNOWN(Category.NOT_FOUND, "no such log request is open"),
  LOG_REQUESTS_OPEN(Category.CONFLICT, "device {device} has {count} open log requests already"),
  LOGS_NOT_SENT(Category.CONFLICT, "the device has sent no logs: the request is {state}"),
  LOGS_TOO_LARGE(Category.TOO_LARGE, "the logs are larger than the {limit} bytes asked for");

  private final Category category;
  private final String title;

  LogProblem(Category category, String title) {
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
