package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Kernel modules without a signature, and modules from outside the kernel.
public final class KernelModuleRule implements Rule {
  // kernel/module: MODULE_SIG_STRING, the last bytes of a signed module.
  private static final byte[] SIGNED =
      "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);

  private static final RuleCard CARD =
      new RuleCard(
          "kernel-module",
          IssueType.BOOT_INTEGRITY,
          "Kernel modules are not signed",
          Severity.LOW,
          Confidence.HIGH,
          List.of("CWE-347"),
          List.of("EN 303 645 5.7-1", "EN 18031-1 SUM-2", "CRA Annex I Part I (2)(f)"),
          "One finding for all modules of the image. The signature's mark at the end of the file is"
              + " what counts; a module that was stripped after signing has lost it for the kernel"
              + " too.",
          "Build the kernel with MODULE_SIG_FORCE and sign the modules, or verify the file system"
              + " they lie on.");

  private record Module(Blob blob, boolean signed, boolean outside) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    Optional<ElfFile> module = content.elf().filter(elf -> elf.module("vermagic").isPresent());
    if (module.isEmpty()) {
      return List.of();
    }
    long size = content.blob().content().size();
    byte[] tail = content.bytes(size - SIGNED.length, SIGNED.length);
    boolean inside = module.get().module("intree").isPresent();
    return List.of(new Module(content.blob(), java.util.Arrays.equals(tail, SIGNED), !inside));
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<String> unsigned = new ArrayList<>();
    int outside = 0;
    for (Noted note : noted) {
      if (note instanceof Module module) {
        outside += module.outside() ? 1 : 0;
        if (!module.signed()) {
          unsigned.addAll(module.blob().paths());
        }
      }
    }
    return unsigned.isEmpty()
        ? List.of()
        : List.of(
            Findings.issue(
                CARD,
                "image",
                CARD.severity(),
                CARD.confidence(),
                unsigned.size() + " kernel modules are not signed",
                unsigned.stream().sorted().limit(20).toList(),
                Map.of(
                    "modules", Integer.toString(noted.size()),
                    "unsigned", Integer.toString(unsigned.size()),
                    "fromOutsideTheKernel", Integer.toString(outside))));
  }
}
