package io.firmament.infra;

import java.util.Locale;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.logs.RetentionDays;

/// How stacks and what is in them are named.
final class Stacks {
  private Stacks() {}

  static StackProps props(String description) {
    return StackProps.builder().description("Firmament: " + description).build();
  }

  /// A stack's id: the deployment's prefix and the part.
  static String id(Deployment deployment, String part) {
    return capital(deployment.prefix()) + "-" + part;
  }

  /// How long logs are kept: one of the periods that CloudWatch knows.
  static RetentionDays retention(Deployment deployment) {
    return switch (deployment.logRetentionDays()) {
      case 7 -> RetentionDays.ONE_WEEK;
      case 14 -> RetentionDays.TWO_WEEKS;
      case 30 -> RetentionDays.ONE_MONTH;
      case 90 -> RetentionDays.THREE_MONTHS;
      case 365 -> RetentionDays.ONE_YEAR;
      case 731 -> RetentionDays.TWO_YEARS;
      default ->
          throw new IllegalArgumentException(
              "logRetentionDays is one of 7, 14, 30, 90, 365, 731, not "
                  + deployment.logRetentionDays());
    };
  }

  /// `dead-letter` becomes `DeadLetter`, for logical ids.
  static String capital(String name) {
    StringBuilder result = new StringBuilder();
    for (String word : name.split("[^A-Za-z0-9]+", -1)) {
      if (!word.isEmpty()) {
        result.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
      }
    }
    return result.toString();
  }
}
