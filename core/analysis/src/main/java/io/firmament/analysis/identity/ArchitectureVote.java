package io.firmament.analysis.identity;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Which processor an image is for: every ELF file votes with its bytes. Used by one thread.
public final class ArchitectureVote {
  private final Map<Machine, Long> bytes = new HashMap<>();

  /// A kind of processor.
  public record Machine(String architecture, boolean bigEndian, int bits) {
    public String endianness() {
      return bigEndian ? "big" : "little";
    }
  }

  public void cast(Machine machine, long size) {
    bytes.merge(machine, size, Long::sum);
  }

  /// The one with the most bytes; of equals the first by name.
  public Optional<Machine> winner() {
    return bytes.entrySet().stream()
        .sorted(
            Map.Entry.<Machine, Long>comparingByValue()
                .reversed()
                .thenComparing(
                    Map.Entry.comparingByKey(
                        Comparator.comparing(Machine::architecture)
                            .thenComparingInt(Machine::bits)
                            .thenComparing(Machine::bigEndian))))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
