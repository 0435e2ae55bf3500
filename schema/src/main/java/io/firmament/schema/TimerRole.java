package io.firmament.schema;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The functions that run by the clock, and what each may touch: the CDK app gives their roles no
/// more, and the local platform lets them do no more.
public enum TimerRole {
  /// Evaluates rollouts that are due.
  RUN_ROLLOUTS(1, List.of(Grant.FLEET_READ, Grant.FLEET_WRITE)),
  /// Goes on with publications and withdrawals that were stopped.
  SETTLE_ARTIFACTS(
      5,
      List.of(
          Grant.FLEET_READ,
          Grant.FLEET_WRITE,
          Grant.UPLOADS_READ,
          Grant.ARTIFACTS_READ,
          Grant.ARTIFACTS_WRITE,
          Grant.ONLINE_KEYS_SIGN)),
  /// Signs anew what is due in the tenants' repositories.
  RENEW_REPOSITORIES(
      15,
      List.of(
          Grant.FLEET_READ,
          Grant.FLEET_WRITE,
          Grant.ARTIFACTS_READ,
          Grant.ARTIFACTS_WRITE,
          Grant.ONLINE_KEYS_SIGN)),
  /// Downloads feeds that have changed and builds the advisory index of them.
  UPDATE_ADVISORIES(120, List.of(Grant.ADVISORIES_MAINTAIN, Grant.NVD_KEY_OPEN));

  private final int minutes;

  // List.of is immutable; its type cannot say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<Grant> grants;

  TimerRole(int minutes, List<Grant> grants) {
    this.minutes = minutes;
    this.grants = List.copyOf(grants);
  }

  /// The role of this name.
  public static Optional<TimerRole> find(String id) {
    return Arrays.stream(values()).filter(role -> role.id().equals(id)).findFirst();
  }

  /// The name in function names.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// How many minutes are between two runs.
  public int minutes() {
    return minutes;
  }

  public List<Grant> grants() {
    return grants;
  }
}
