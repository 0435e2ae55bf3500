package io.firmament.analysis.advisory;

/// Three-valued logic (Kleene): what is not known stays unknown unless the rest decides.
enum Truth {
  FALSE,
  UNKNOWN,
  TRUE;

  Truth and(Truth other) {
    return compareTo(other) <= 0 ? this : other;
  }

  Truth or(Truth other) {
    return compareTo(other) >= 0 ? this : other;
  }

  Truth not() {
    return switch (this) {
      case FALSE -> TRUE;
      case UNKNOWN -> UNKNOWN;
      case TRUE -> FALSE;
    };
  }
}
