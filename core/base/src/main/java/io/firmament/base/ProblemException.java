package io.firmament.base;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The one exception that carries a [Problem] and the facts of this occurrence to the edge.
///
/// It has no stack trace: a refusal is an answer, not a fault.
public final class ProblemException extends RuntimeException {
  private final transient Problem problem;
  private final transient Map<String, String> facts;

  private ProblemException(Problem problem, Map<String, String> facts) {
    super(fill(problem.title(), facts), null, false, false);
    this.problem = problem;
    this.facts = Collections.unmodifiableMap(facts);
  }

  /// A problem with facts, given as alternating keys and values.
  static ProblemException of(Problem problem, Object... keysAndValues) {
    if (keysAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("facts are key, value, key, value ...");
    }
    Map<String, String> facts = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      facts.put(String.valueOf(keysAndValues[i]), String.valueOf(keysAndValues[i + 1]));
    }
    return new ProblemException(problem, facts);
  }

  public Problem problem() {
    return problem;
  }

  /// The facts in the order they were given; `field` names the offending input field.
  public Map<String, String> facts() {
    return facts;
  }

  private static String fill(String title, Map<String, String> facts) {
    String text = title;
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      text = text.replace("{" + fact.getKey() + "}", fact.getValue());
    }
    return text;
  }
}
