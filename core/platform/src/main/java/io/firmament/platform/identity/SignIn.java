package io.firmament.platform.identity;

import io.firmament.base.Secret;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Password login. Attempts are counted before the password is looked at, per account and whether
/// or not the account exists, so that neither guessing nor asking who has an account pays.
public final class SignIn {
  static final int ATTEMPTS = 10;
  static final Duration WINDOW = Duration.ofMinutes(5);

  private final IdentityStore store;
  private final PasswordHash passwords;
  private final Clock clock;

  public SignIn(IdentityStore store, PasswordHash passwords, Clock clock) {
    this.store = store;
    this.passwords = passwords;
    this.clock = clock;
  }

  /// The account, or a refusal that is the same for a wrong address and a wrong password.
  public User signIn(String email, Secret password) {
    Instant now = clock.instant();
    long seconds = WINDOW.toSeconds();
    Instant window = Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond(), seconds) * seconds);
    Instant end = window.plus(WINDOW);
    if (store.countAttempt(email, window, end.plus(WINDOW)) > ATTEMPTS) {
      throw IdentityProblem.TOO_MANY_ATTEMPTS.with(
          "seconds", Duration.between(now, end).toSeconds() + 1);
    }
    Optional<User> user = store.findUserByEmail(email);
    if (!passwords.matches(password, user.map(User::passwordHash)) || user.isEmpty()) {
      throw IdentityProblem.BAD_CREDENTIALS.with();
    }
    store.clearAttempts(email, window);
    return user.get();
  }
}
