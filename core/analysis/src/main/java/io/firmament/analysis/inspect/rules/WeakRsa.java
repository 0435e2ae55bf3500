package io.firmament.analysis.inspect.rules;

import java.math.BigInteger;
import java.util.Optional;

/// RSA keys whose private half can be worked out from the public one.
final class WeakRsa {
  private static final int FERMAT_STEPS = 1_000;
  private static final int LARGEST = 16_384;
  private static final BigInteger F4 = BigInteger.valueOf(65_537);

  // The primes of the fingerprint in Nemec et al., "The Return of Coppersmith's Attack" (CCS 2017),
  // without 2: a modulus of the affected library lies in the subgroup that 65537 generates modulo
  // each of them.
  private static final int[] ROCA_PRIMES = {
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167
  };

  private WeakRsa() {}

  /// What is wrong with the key, if anything.
  static Optional<String> weakness(BigInteger modulus, BigInteger exponent) {
    int bits = modulus.bitLength();
    if (modulus.signum() <= 0 || bits > LARGEST || bits < 64) {
      return Optional.empty();
    }
    if (!exponent.testBit(0) || exponent.compareTo(BigInteger.ONE) <= 0) {
      return Optional.of("the public exponent is " + exponent);
    }
    if (!modulus.testBit(0)) {
      return Optional.of("the modulus is even");
    }
    if (closePrimes(modulus)) {
      return Optional.of("the primes are so close that the modulus factors at once");
    }
    return roca(modulus)
        ? Optional.of("the modulus has the structure of CVE-2017-15361 (ROCA)")
        : Optional.empty();
  }

  /// Fermat's method: n = a^2 - b^2 with a close to the square root of n.
  private static boolean closePrimes(BigInteger modulus) {
    BigInteger a = modulus.sqrt();
    for (int step = 0; step < FERMAT_STEPS; step++) {
      BigInteger square = a.multiply(a).subtract(modulus);
      if (square.signum() >= 0) {
        BigInteger root = square.sqrt();
        if (root.multiply(root).equals(square)) {
          return true;
        }
      }
      a = a.add(BigInteger.ONE);
    }
    return false;
  }

  private static boolean roca(BigInteger modulus) {
    for (int prime : ROCA_PRIMES) {
      int rest = modulus.mod(BigInteger.valueOf(prime)).intValue();
      if (!generated(rest, prime)) {
        return false;
      }
    }
    return true;
  }

  private static boolean generated(int rest, int prime) {
    int generator = F4.mod(BigInteger.valueOf(prime)).intValue();
    int power = 1;
    for (int i = 0; i < prime; i++) {
      if (power == rest) {
        return true;
      }
      power = power * generator % prime;
    }
    return false;
  }
}
