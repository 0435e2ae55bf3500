package io.firmament.graphql;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The schema's `MutationError`: why a mutation changed nothing.
record MutationRefusal(List<Reason> errors) {
  MutationRefusal {
    errors = List.copyOf(errors);
  }

  /// One reason.
  sealed interface Reason {
    String message();

    String code();

    Optional<String> fieldPath();

    /// An input field has a value that cannot be used.
    record Field(String message, String code, Optional<String> fieldPath) implements Reason {}

    /// Anything else.
    record General(String message, String code) implements Reason {
      @Override
      public Optional<String> fieldPath() {
        return Optional.empty();
      }
    }
  }

  /// A refusal as a reason; the fact `field` names the input field it is about.
  static Reason reason(ProblemException refusal) {
    String field = refusal.facts().get("field");
    String code = refusal.problem().code();
    String message = String.valueOf(refusal.getMessage());
    return field == null
        ? new Reason.General(message, code)
        : new Reason.Field(message, code, Optional.of(field));
  }

  /// Runs a mutation; its refusals become an answer.
  static Object orAnswer(Supplier<Object> mutation) {
    try {
      return mutation.get();
    } catch (InvalidInput e) {
      return new MutationRefusal(e.reasons());
    } catch (ProblemException e) {
      return new MutationRefusal(List.of(reason(e)));
    }
  }

  /// Collects what is wrong with an input, to say all of it at once.
  static final class Check {
    private final List<Reason> reasons = new ArrayList<>();

    /// A text of 1 to `max` characters that has something to read in it.
    void text(String field, String value, int max) {
      if (value.isBlank()) {
        invalid(field, "must not be empty");
      }
      optionalText(field, Optional.of(value), max);
    }

    void optionalText(String field, Optional<String> value, int max) {
      if (value.isPresent() && value.get().length() > max) {
        invalid(field, "must be at most " + max + " characters");
      }
      if (value.isPresent() && value.get().chars().anyMatch(Check::isControl)) {
        invalid(field, "must not contain control characters");
      }
    }

    void invalid(String field, String detail) {
      add(BaseProblem.INVALID_FIELD.with("field", field, "detail", detail));
    }

    void add(ProblemException refusal) {
      reasons.add(reason(refusal));
    }

    void refuseIfInvalid() {
      if (!reasons.isEmpty()) {
        throw new InvalidInput(reasons);
      }
    }

    private static boolean isControl(int c) {
      return Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t';
    }
  }

  /// More than one thing is wrong with an input.
  static final class InvalidInput extends RuntimeException {
    private final transient List<Reason> reasons;

    InvalidInput(List<Reason> reasons) {
      super("invalid input", null, false, false);
      this.reasons = List.copyOf(reasons);
    }

    List<Reason> reasons() {
      return reasons;
    }
  }
}
