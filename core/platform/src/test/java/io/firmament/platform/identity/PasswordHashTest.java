package io.firmament.platform.identity;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Secret;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordHashTest {
  private final PasswordHash passwords = new PasswordHash(new SecureRandom());

  @Test
  void matchesThePasswordItHashedAndNoOther() {
    String hash = passwords.hash(new Secret("correct horse battery"));
    assertTrue(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
    assertTrue(passwords.matches(new Secret("correct horse battery"), Optional.of(hash)));
    assertFalse(passwords.matches(new Secret("correct horse batterY"), Optional.of(hash)));
    assertFalse(passwords.matches(new Secret(""), Optional.of(hash)));
  }

  @Test
  void saltsEveryHash() {
    Secret password = new Secret("correct horse battery");
    assertNotEquals(passwords.hash(password), passwords.hash(password));
  }

  /// The hash that the reference implementation's command line gives, `echo -n password | argon2
  /// somesalt -id -t 2 -k 65536 -p 1 -e`, from its published test vectors.
  @Test
  void readsAHashOfTheReferenceImplementation() {
    String reference =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assertTrue(passwords.matches(new Secret("password"), Optional.of(reference)));
    assertFalse(passwords.matches(new Secret("Password"), Optional.of(reference)));
  }

  @Test
  void worksAsHardForNobody() {
    String hash = passwords.hash(new Secret("correct horse battery"));
    passwords.matches(new Secret("warm up"), Optional.empty());
    long known = nanos(Optional.of(hash));
    long unknown = nanos(Optional.empty());
    assertTrue(unknown > known / 4, known + " against " + unknown);
    assertFalse(passwords.matches(new Secret("anything"), Optional.empty()));
  }

  @Test
  void saysThatAStoredHashIsNotOne() {
    assertThrows(
        IllegalStateException.class,
        () -> passwords.matches(new Secret("x"), Optional.of("plaintext")));
  }

  private long nanos(Optional<String> stored) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      passwords.matches(new Secret("guess"), stored);
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }
}
