package io.firmament.analysis.vex;

import io.firmament.base.finding.VexStatement;
import java.util.List;
import java.util.stream.Collectors;

/// Sentences for what other formats want in words.
final class Wording {
  private Wording() {}

  /// Why something is not affected, where no justification of the format says it, or says less.
  static String impact(VexStatement statement) {
    String detail = statement.detail();
    if (statement.state() == VexStatement.State.FALSE_POSITIVE) {
      return detail.isEmpty() ? "False positive." : "False positive: " + detail;
    }
    return detail.isEmpty() ? "Not affected; no reason was given." : detail;
  }

  /// What is done about something that is affected.
  static String action(VexStatement statement) {
    List<VexStatement.Response> responses = statement.responses();
    String detail = statement.detail();
    if (responses.isEmpty()) {
      return detail.isEmpty() ? "No action has been decided on." : detail;
    }
    String words = responses.stream().map(Wording::of).collect(Collectors.joining(" "));
    return detail.isEmpty() ? words : words + " " + detail;
  }

  private static String of(VexStatement.Response response) {
    return switch (response) {
      case CAN_NOT_FIX -> "It cannot be fixed.";
      case WILL_NOT_FIX -> "It will not be fixed.";
      case UPDATE -> "Update to a fixed version.";
      case ROLLBACK -> "Go back to an earlier version.";
      case WORKAROUND_AVAILABLE -> "A workaround is available.";
    };
  }
}
