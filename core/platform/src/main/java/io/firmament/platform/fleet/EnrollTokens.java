package io.firmament.platform.fleet;

import io.firmament.base.BaseProblem;
import io.firmament.base.EnrollTokenId;
import io.firmament.base.Ids;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Secret;
import io.firmament.platform.identity.Caller;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/// What an operator does with enrolment tokens.
public final class EnrollTokens {
  public static final Duration MAX_LIFETIME = Duration.ofDays(366);
  public static final int MAX_USES = 1_000_000;
  private static final int MAX_LABEL = 100;

  private final FleetStore store;
  private final Clock clock;
  private final Ids ids;
  private final SecureRandom random;

  public EnrollTokens(FleetStore store, Clock clock, Ids ids, SecureRandom random) {
    this.store = store;
    this.clock = clock;
    this.ids = ids;
    this.random = random;
  }

  /// What is asked of a new token.
  ///
  /// @param lifetime from now until it expires
  public record Wish(String label, EnrollToken.Binding binding, int maxUses, Duration lifetime) {
    public Wish {
      require(label.length() <= MAX_LABEL, "name", "has at most 100 characters");
      require(maxUses >= 1 && maxUses <= MAX_USES, "max_uses", "must be 1 to " + MAX_USES);
      require(
          lifetime.compareTo(Duration.ofSeconds(1)) >= 0 && lifetime.compareTo(MAX_LIFETIME) <= 0,
          "expires_in_seconds",
          "must be 1 to " + MAX_LIFETIME.toSeconds());
    }
  }

  /// A token and its secret, which is known this once.
  public record Created(EnrollToken token, Secret secret) {}

  public Created create(Caller caller, Wish wish) {
    EnrollTokenId id = new EnrollTokenId(ids.next());
    EnrollSecret secret = EnrollSecret.next(caller.tenant(), id, random);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    EnrollToken token =
        new EnrollToken(
            caller.tenant(),
            id,
            wish.label(),
            secret.text().sha256(),
            wish.binding(),
            wish.maxUses(),
            0,
            caller.user(),
            now,
            now.plus(wish.lifetime()));
    store.addToken(
        token,
        audit(
            caller,
            "enroll_token.created",
            id,
            Map.of(
                "fleet", wish.binding().fleet().value(),
                "max_uses", String.valueOf(wish.maxUses()),
                "expires_at", token.expiresAt().toString())));
    return new Created(token, secret.text());
  }

  public Page<EnrollToken> list(Caller caller, PageRequest page) {
    return store.listTokens(caller.tenant(), page);
  }

  /// How many tokens [#list] lists; more than [FleetStore#COUNTED] are not counted.
  public long count(Caller caller) {
    return store.countTokens(caller.tenant());
  }

  /// Deletes a token; it enrols nobody from then on.
  public void delete(Caller caller, EnrollTokenId id) {
    if (!store.deleteToken(
        caller.tenant(), id, audit(caller, "enroll_token.deleted", id, Map.of()))) {
      throw FleetProblem.ENROLL_TOKEN_NOT_FOUND.with("id", id);
    }
  }

  private AuditEvent audit(
      Caller caller, String action, EnrollTokenId id, Map<String, String> facts) {
    return AuditEvent.of(
        new AuditEvent.Moment(ids.next(), clock.instant(), "user:" + caller.user()),
        caller.tenant(),
        action,
        "enroll_token:" + id,
        facts);
  }

  private static void require(boolean holds, String field, String detail) {
    if (!holds) {
      throw BaseProblem.INVALID_FIELD.with("field", field, "detail", detail);
    }
  }
}
