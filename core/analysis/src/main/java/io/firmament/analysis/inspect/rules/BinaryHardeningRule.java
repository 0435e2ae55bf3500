package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfDynamic;
import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.elf.ElfHeader;
import io.firmament.analysis.elf.ElfSegment;
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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Programs and libraries built without what the toolchain offers against memory errors.
public final class BinaryHardeningRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "binary-hardening",
          IssueType.BINARY_HARDENING,
          "Binary built without hardening",
          Severity.LOW,
          Confidence.HIGH,
          List.of("CWE-693"),
          List.of(
              "EN 303 645 5.6-7, 5.6-9", "EN 18031-1 GEC-1", "CRA Annex I Part I (2)(j), (2)(k)"),
          "Every property is yes, no or unknown: a static, stripped binary cannot tell whether it"
              + " was built with stack protectors or FORTIFY_SOURCE, and a file that calls no"
              + " function either would guard has nothing to show. Only a clear no counts.",
          "Build with -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE, link with -pie"
              + " -Wl,-z,relro,-z,now,-z,noexecstack.");

  /// A property that a binary has, lacks, or does not show.
  enum State {
    YES,
    NO,
    UNKNOWN
  }

  /// How far relocations are protected.
  enum Relro {
    FULL,
    PARTIAL,
    NONE
  }

  private record Hardening(
      Blob blob,
      boolean program,
      State stack,
      State independent,
      Relro relro,
      State canary,
      State fortify,
      boolean writableCode,
      State textRelocations,
      Optional<String> branches)
      implements Noted {
    Map<String, String> facts() {
      Map<String, String> facts = new TreeMap<>();
      facts.put("nx", text(stack));
      facts.put("pie", program ? text(independent) : "not applicable");
      facts.put("relro", relro.name().toLowerCase(Locale.ROOT));
      facts.put("canary", text(canary));
      facts.put("fortify", text(fortify));
      facts.put("textRelocations", text(textRelocations));
      branches.ifPresent(what -> facts.put("controlFlow", what));
      return facts;
    }

    List<String> lacking() {
      List<String> lacking = new ArrayList<>();
      if (writableCode) {
        lacking.add("no writable and executable segment");
      }
      if (textRelocations == State.YES) {
        lacking.add("position independent code (text relocations)");
      }
      if (stack == State.NO) {
        lacking.add("NX");
      }
      if (program && independent == State.NO) {
        lacking.add("PIE");
      }
      if (relro == Relro.NONE) {
        lacking.add("RELRO");
      }
      if (canary == State.NO) {
        lacking.add("stack canaries");
      }
      if (fortify == State.NO) {
        lacking.add("FORTIFY_SOURCE");
      }
      return lacking;
    }

    private static String text(State state) {
      return state.name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    return content
        .elf()
        .filter(BinaryHardeningRule::linked)
        .<List<Noted>>map(file -> List.of(hardening(content.blob(), file)))
        .orElse(List.of());
  }

  /// A kernel or a module is neither a program nor a library.
  private static boolean linked(ElfFile elf) {
    boolean image =
        elf.header().type() == ElfHeader.EXECUTABLE || elf.header().type() == ElfHeader.SHARED;
    boolean kernel = elf.section(".init.text").isPresent() || elf.section("__ksymtab").isPresent();
    return image && !kernel && !elf.segments().isEmpty();
  }

  private static Hardening hardening(Blob blob, ElfFile elf) {
    boolean program = elf.isProgram();
    return new Hardening(
        blob,
        program,
        stack(elf),
        elf.header().type() == ElfHeader.SHARED ? State.YES : State.NO,
        relro(elf),
        canary(elf),
        fortify(elf),
        elf.segments().stream()
            .anyMatch(s -> s.type() == ElfSegment.LOAD && s.writable() && s.executable()),
        elf.dynamic().map(d -> d.textRelocations() ? State.YES : State.NO).orElse(State.UNKNOWN),
        branches(elf));
  }

  /// What guards jumps and returns; empty where the processor or the compiler has no such thing.
  private static Optional<String> branches(ElfFile elf) {
    List<String> names =
        switch (elf.header().architecture()) {
          case "aarch64" -> List.of("BTI", "PAC");
          case "x86_64", "x86" -> List.of("IBT", "SHSTK");
          default -> List.of();
        };
    List<String> present = new ArrayList<>();
    for (int bit = 0; bit < names.size(); bit++) {
      if ((elf.features() & 1L << bit) != 0) {
        present.add(names.get(bit));
      }
    }
    if (named(elf, "__cfi_slowpath") || named(elf, "__cfi_check")) {
      present.add("CFI");
    }
    boolean known = !names.isEmpty() || !present.isEmpty();
    return known
        ? Optional.of(present.isEmpty() ? "none" : String.join(", ", present))
        : Optional.empty();
  }

  /// Without the mark the kernel's default for the architecture decides: executable on most.
  private static State stack(ElfFile elf) {
    Optional<ElfSegment> mark =
        elf.segments().stream().filter(s -> s.type() == ElfSegment.GNU_STACK).findFirst();
    if (mark.isEmpty()) {
      return elf.header().architecture().equals("aarch64") ? State.YES : State.UNKNOWN;
    }
    return mark.get().executable() ? State.NO : State.YES;
  }

  private static Relro relro(ElfFile elf) {
    boolean marked = elf.segments().stream().anyMatch(s -> s.type() == ElfSegment.GNU_RELRO);
    if (!marked) {
      return Relro.NONE;
    }
    boolean now = elf.dynamic().map(ElfDynamic::bindNow).orElse(true);
    return now ? Relro.FULL : Relro.PARTIAL;
  }

  private static State canary(ElfFile elf) {
    boolean seen =
        named(elf, "__stack_chk_fail")
            || named(elf, "__stack_chk_fail_local")
            || named(elf, "__stack_chk_guard")
            || named(elf, "__stack_smash_handler");
    if (seen) {
      return State.YES;
    }
    return blind(elf) ? State.UNKNOWN : State.NO;
  }

  private static State fortify(ElfFile elf) {
    boolean seen = elf.imported().stream().anyMatch(BinaryHardeningRule::checked);
    if (seen) {
      return State.YES;
    }
    boolean guardable =
        List.of("memcpy", "strcpy", "sprintf", "snprintf", "strcat", "vsnprintf", "read").stream()
            .anyMatch(elf.imported()::contains);
    return guardable && !blind(elf) ? State.NO : State.UNKNOWN;
  }

  private static boolean checked(String name) {
    return name.startsWith("__") && name.endsWith("_chk") && !name.startsWith("__stack");
  }

  /// Nothing is imported or named, so nothing can be told from names.
  private static boolean blind(ElfFile elf) {
    return elf.imported().isEmpty() && !elf.hasSymbolTable();
  }

  private static boolean named(ElfFile elf, String name) {
    return elf.imported().contains(name) || elf.defined().contains(name);
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    List<String> weak = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Hardening hardening && !hardening.lacking().isEmpty()) {
        issues.add(issue(hardening));
        weak.addAll(hardening.blob().paths());
        hardening.lacking().forEach(what -> counts.merge("without " + what, 1, Integer::sum));
      }
    }
    if (!issues.isEmpty()) {
      issues.add(summary(noted.size(), issues.size(), counts, weak));
    }
    return issues;
  }

  private static Issue issue(Hardening hardening) {
    List<String> lacking = hardening.lacking();
    boolean privileged =
        hardening.blob().files().stream().anyMatch(file -> (file.mode() & 06000) != 0);
    boolean bad = hardening.writableCode() || hardening.stack() == State.NO;
    Severity severity = privileged && (bad || lacking.size() > 2) ? Severity.MEDIUM : Severity.LOW;
    return Findings.binary(
        CARD,
        hardening.blob().sha256().hex(),
        severity,
        "Built without " + String.join(", ", lacking),
        hardening.blob().paths(),
        hardening.facts());
  }

  private static Issue summary(int all, int weak, Map<String, Integer> counts, List<String> paths) {
    Map<String, String> facts = new TreeMap<>();
    counts.forEach((what, count) -> facts.put(what, Integer.toString(count)));
    facts.put("binaries", Integer.toString(all));
    return Findings.issue(
        CARD,
        "image",
        weak * 2 > all ? Severity.MEDIUM : Severity.LOW,
        Confidence.HIGH,
        weak + " of " + all + " programs and libraries lack hardening",
        paths.stream().sorted().limit(20).toList(),
        facts);
  }
}
