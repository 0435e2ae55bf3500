package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelSourcesTest {
  private static final KernelSources TABLE =
      new KernelSources(
          """
          # a comment
          #series 5.10 6.1 6.12
          =1\tOLD
          =6\tNEW
          /
          7:+\t root.c
          /d/
          7:A&B|C\t plain.c other.c
          1:OLD;6:NEW\t renamed.c
          6:NEW&A\t late.c
          4:A\t later.c
          1:A;6:~+\t lost.c
          7:~A\t unsure.c
          7:!A\t without.c
          /d/e/
          7:A\t plain.c
          """
              .getBytes(StandardCharsets.UTF_8));

  @ParameterizedTest
  @CsvSource({
    "root.c, 6.1.5, '', TRUE",
    "d/plain.c, 6.1.5, A B, TRUE",
    "d/plain.c, 6.1.5, C, TRUE",
    "d/plain.c, 6.1.5, A, FALSE",
    "d/plain.c, 6.1.176-1, A, FALSE",
    "d/other.c, 6.1, '', FALSE",
    "d/e/plain.c, 6.1, B C, FALSE",
    "d/plain, 6.1, '', UNKNOWN",
    "plain.c, 6.1, '', UNKNOWN",
    "x/plain.c, 6.1, '', UNKNOWN",
    "'', 6.1, '', UNKNOWN",
    "d/unsure.c, 6.1, A, UNKNOWN",
    "d/unsure.c, 6.1, '', FALSE",
    "d/without.c, 6.1, '', TRUE",
    "d/without.c, 6.1, A, FALSE",
  })
  void tellsByTheOptions(String file, String version, String set, Truth built) {
    assertEquals(built, TABLE.built(file, version, Set.of(set.split(" "))));
  }

  /// The option of a file, and the file itself, may differ from series to series.
  @ParameterizedTest
  @CsvSource({
    "d/renamed.c, 5.10.1, NEW, FALSE",
    "d/renamed.c, 5.10.1, OLD, TRUE",
    "d/renamed.c, 6.1.1, OLD, FALSE",
    "d/renamed.c, 5.15.1, NEW, UNKNOWN",
    "d/renamed.c, 5.15.1, OLD, UNKNOWN",
    "d/renamed.c, 5.15.1, X, FALSE",
    "d/renamed.c, 9.0, OLD, FALSE",
    "d/renamed.c, 4.4.1, OLD, UNKNOWN",
    "d/renamed.c, 4.4.1, X, FALSE",
    "d/late.c, 5.10.1, A, UNKNOWN",
    "d/late.c, 5.10.1, X, FALSE",
    "d/late.c, 5.10.1, NEW A, UNKNOWN",
    "d/later.c, 6.1, X, FALSE",
    "d/later.c, 6.1, A, UNKNOWN",
    "d/lost.c, 5.10, X, FALSE",
    "d/lost.c, 6.1, X, UNKNOWN",
    "d/lost.c, 5.15, X, UNKNOWN",
    "d/lost.c, nonsense, X, UNKNOWN",
    "d/lost.c, 99999999999.1, X, UNKNOWN",
    "d/plain.c, '', X, FALSE",
  })
  void claimsNothingThatAnotherSeriesCouldDeny(
      String file, String version, String set, Truth built) {
    assertEquals(built, TABLE.built(file, version, Set.of(set.split(" "))));
  }

  /// What every kernel has must never be taken as not built, and what an option guards must be.
  @ParameterizedTest
  @CsvSource({
    "kernel/fork.c, TRUE",
    "mm/memory.c, TRUE",
    "net/core/skbuff.c, TRUE",
    "net/ipv4/tcp_input.c, TRUE",
    "block/ioctl.c, TRUE",
    "fs/namei.c, TRUE",
    "kernel/sched/core.c, TRUE",
    "drivers/base/core.c, TRUE",
    "include/linux/skbuff.h, UNKNOWN",
    "fs/btrfs/inode.c, FALSE",
    "drivers/net/wireless/ath/ath9k/main.c, FALSE",
    "drivers/gpu/drm/amd/display/dc/core/dc.c, FALSE",
    "fs/smb/client/connect.c, FALSE",
    "sound/soc/codecs/wm8904.c, FALSE",
  })
  void hasTheRealKernel(String file, Truth built) {
    Set<String> set = Set.of("NET", "INET", "BLOCK", "MMU");
    for (String version : new String[] {"5.10.1", "5.15.3", "6.1.55", "6.6.1", "6.12.9"}) {
      Truth said = KernelSources.standard().built(file, version, set);
      assertTrue(
          built == said || (said == Truth.UNKNOWN && !version.equals("6.1.55")),
          () -> file + " of " + version + ": " + said);
    }
  }

  @Test
  void leavesATableWithoutSeriesAlone() {
    KernelSources empty = new KernelSources(new byte[0]);
    assertEquals(Truth.UNKNOWN, empty.built("kernel/fork.c", "6.1", Set.of()));
  }
}
