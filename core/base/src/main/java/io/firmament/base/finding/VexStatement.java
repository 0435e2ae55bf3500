package io.firmament.base.finding;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the maker of a firmware says of a vulnerability in it, in CycloneDX' terms, which are the
/// superset of those of OpenVEX and CSAF.
///
/// @param justification why the state is [State#NOT_AFFECTED]; null where it is another, or where
///     nobody said why
/// @param responses what is done about it
/// @param detail in words; empty where there are none
@Json
public record VexStatement(
    State state, @Nullable Justification justification, List<Response> responses, String detail) {
  public VexStatement {
    responses = List.copyOf(responses);
  }

  /// How far it was looked into, and with what result.
  public enum State {
    RESOLVED,
    RESOLVED_WITH_PEDIGREE,
    EXPLOITABLE,
    IN_TRIAGE,
    FALSE_POSITIVE,
    NOT_AFFECTED;

    /// The name in CycloneDX.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Why something is not affected.
  public enum Justification {
    CODE_NOT_PRESENT("vulnerableCodeNotPresent"),
    CODE_NOT_REACHABLE("vulnerableCodeNotInExecutePath"),
    REQUIRES_CONFIGURATION("vulnerableCodeCannotBeControlledByAdversary"),
    REQUIRES_DEPENDENCY("vulnerableCodeCannotBeControlledByAdversary"),
    REQUIRES_ENVIRONMENT("vulnerableCodeCannotBeControlledByAdversary"),
    PROTECTED_BY_COMPILER("inlineMitigationsAlreadyExist"),
    PROTECTED_AT_RUNTIME("inlineMitigationsAlreadyExist"),
    PROTECTED_AT_PERIMETER("inlineMitigationsAlreadyExist"),
    PROTECTED_BY_MITIGATING_CONTROL("inlineMitigationsAlreadyExist");

    private final String spdx;

    Justification(String spdx) {
      this.spdx = spdx;
    }

    /// The name in CycloneDX.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The nearest of the five that SPDX 3, OpenVEX and CSAF have, as SPDX writes it.
    public String spdx() {
      return spdx;
    }

    /// The same as OpenVEX and CSAF write it, for example `vulnerable_code_not_present`.
    public String vex() {
      return spdx.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
  }

  /// What is done about it.
  public enum Response {
    CAN_NOT_FIX,
    WILL_NOT_FIX,
    UPDATE,
    ROLLBACK,
    WORKAROUND_AVAILABLE;

    /// The name in CycloneDX.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
