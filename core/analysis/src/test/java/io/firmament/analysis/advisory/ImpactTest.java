package io.firmament.analysis.advisory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.base.finding.Component;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImpactTest {
  private static final Component KERNEL = Components.of("linux", "linux_kernel", "6.1.55");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net/bluetooth/hci_core.c | arm64 | NET | code-not-built",
        "net/bluetooth/hci_core.c | arm64 | NET,BT | code-built",
        "net/bluetooth/unheard_of.c | arm64 | NET | ''",
        "kernel/bpf/verifier.c | arm64 | BPF | code-not-built",
        "kernel/bpf/verifier.c | arm64 | BPF,BPF_SYSCALL | code-built",
        "net/core/skbuff.c | arm64 | NET | code-built",
        "fs/ext4/ext4.h | arm64 | NET | code-not-built",
        "fs/ext4/ext4.h | arm64 | EXT4_FS | ''",
        "arch/x86/events/utils.c | mips | NET | other-architecture",
        "arch/x86/events/utils.c | x86_64 | PERF_EVENTS | ''",
        "arch/x86/boot/compressed/misc.c | x86_64 | NET | ''",
        "arch/x86/boot/compressed/misc.c | toaster | NET | ''",
        "net/bluetooth/hci_core.c net/core/skbuff.c | arm64 | NET | code-built",
        "net/bluetooth/hci_core.c unheard_of.c | arm64 | NET | ''",
        "net/bluetooth/hci_core.c arch/x86/a.c | arm64 | NET | code-not-built",
      })
  void prunesOnlyWhatIsKnownNotToBeBuilt(
      String files, String architecture, String options, String code) {
    ImageFacts image =
        new ImageFacts(
            Optional.of(architecture),
            Optional.of(Set.of(options.split(","))),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    List<String> codes =
        Impact.standard()
            .reasons("CVE-2000-0001", KERNEL, List.of(files.split(" ")), image)
            .stream()
            .map(Reason::code)
            .toList();
    assertEquals(code.isEmpty() ? List.of() : List.of(code), codes);
  }

  @Test
  void concludesNothingFromWhatIsNotKnown() {
    for (String cve : List.of("CVE-2022-30065", "CVE-2022-27778", "CVE-2000-0001")) {
      assertEquals(
          List.of(),
          Impact.standard()
              .reasons(cve, KERNEL, List.of("net/bluetooth/hci_core.c"), ImageFacts.unknown()));
    }
  }

  @Test
  void weighsHowAComponentIsUsed() {
    assertEquals(List.of(-2, -1), scores(new Exposed(false, false, false)));
    assertEquals(List.of(2), scores(new Exposed(true, true, true)));
    assertEquals(List.of(), scores(new Exposed(null, null, null)));
  }

  private record Exposed(
      @org.jspecify.annotations.Nullable Boolean loaded,
      @org.jspecify.annotations.Nullable Boolean started,
      @org.jspecify.annotations.Nullable Boolean listens) {}

  private static List<Integer> scores(Exposed exposed) {
    ImageFacts image =
        new ImageFacts(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(
                KERNEL.id(),
                new ImageFacts.Exposure(
                    Optional.ofNullable(exposed.loaded),
                    Optional.ofNullable(exposed.started),
                    Optional.ofNullable(exposed.listens))));
    return Impact.standard().reasons("CVE-2000-0001", KERNEL, List.of(), image).stream()
        .map(Reason::score)
        .toList();
  }
}
