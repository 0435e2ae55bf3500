package io.firmament.analysis.inventory;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.identity.Platform;
import io.firmament.analysis.inventory.BlobFacts.ElfFacts;
import io.firmament.analysis.inventory.BlobFacts.KernelBanner;
import io.firmament.analysis.inventory.BlobFacts.RuleHit;
import io.firmament.analysis.inventory.BlobFacts.Version;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.scan.ByteAutomaton;
import io.firmament.analysis.tree.Entry;
import io.firmament.base.finding.Confidence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at one content: as an ELF file, and for the anchors of all version rules in one pass;
/// regular expressions run only near anchors.
final class BlobReader {
  private static final String KERNEL_ANCHOR = "Linux version ";
  private static final Pattern KERNEL =
      Pattern.compile(
          "Linux version (?<release>\\d{1,2}\\.\\d{1,3}(?:\\.\\d{1,3})?[^\\s\\x00]{0,64}) \\("
              + "[^\\x00\\n]{0,400}?#\\d[^\\x00\\n]{0,120}");
  private static final int KERNEL_LITERAL = 0;
  private static final int WINDOW = 512;
  private static final int PIECE = 1 << 20;
  private static final int MOST_HITS = 256;
  private static final int SMALLEST_RAW = 1 << 14;

  private final List<VersionRule> rules;
  private final ByteAutomaton automaton;
  private final List<Searched> searched;
  private final List<Integer> lengths;

  /// A rule and which literals of the automaton are its anchors and embedded texts. Many rules
  /// share a literal, which is then looked for once.
  private record Searched(VersionRule rule, List<Integer> anchors, List<Integer> embedded) {}

  BlobReader(List<VersionRule> rules) {
    this.rules = rules;
    Map<String, Integer> literals = new LinkedHashMap<>();
    literals.put(KERNEL_ANCHOR, KERNEL_LITERAL);
    this.searched = new ArrayList<>();
    for (VersionRule rule : rules) {
      searched.add(
          new Searched(
              rule, indexed(rule.anchors(), literals), indexed(rule.embedded(), literals)));
    }
    List<byte[]> bytes =
        literals.keySet().stream()
            .map(literal -> literal.getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    this.lengths = bytes.stream().map(literal -> literal.length).toList();
    this.automaton = ByteAutomaton.of(bytes);
  }

  private static List<Integer> indexed(List<String> texts, Map<String, Integer> literals) {
    return texts.stream()
        .map(text -> literals.computeIfAbsent(text, _ -> literals.size()))
        .toList();
  }

  BlobFacts read(Blob blob) {
    Optional<ElfFile> elf = ElfFile.read(blob.content());
    List<VersionRule> libraries =
        elf.isEmpty() ? List.of() : rules.stream().filter(rule -> known(rule, elf.get())).toList();
    Optional<ElfFacts> facts = elf.map(BlobReader::facts);
    if (elf.isEmpty() && !worthScanning(blob)) {
      return new BlobFacts(
          blob, facts, List.of(), List.of(), libraries, Platform.read(blob.content()));
    }
    Map<Integer, List<Long>> hits = hits(blob);
    List<RuleHit> found = new ArrayList<>();
    List<VersionRule> own = new ArrayList<>();
    for (Searched each : searched) {
      proof(each, blob, elf, hits)
          .flatMap(proof -> hit(each, blob, hits, proof))
          .ifPresent(found::add);
      if (libraries.contains(each.rule()) && !denied(each, blob, hits)) {
        own.add(each.rule());
      }
    }
    return new BlobFacts(
        blob, facts, found, kernels(blob, hits), own, Platform.read(blob.content()));
  }

  /// Whether the file's own banner says that it only stands in for the product.
  private boolean denied(Searched each, Blob blob, Map<Integer, List<Long>> hits) {
    List<Pattern> negatives = each.rule().negatives();
    for (int anchor : negatives.isEmpty() ? List.<Integer>of() : each.anchors()) {
      for (long end : hits.getOrDefault(anchor, List.of())) {
        String window = window(blob, Math.max(0, end - lengths.get(anchor)));
        int line = window.indexOf('\0');
        String banner = line < 0 ? window : window.substring(0, line);
        if (negatives.stream().anyMatch(not -> not.matcher(banner).find())) {
          return true;
        }
      }
    }
    return false;
  }

  private static ElfFacts facts(ElfFile elf) {
    return new ElfFacts(
        elf.header().architecture(),
        elf.header().bigEndian(),
        elf.header().bits(),
        elf.soname(),
        elf.needed(),
        elf.module("vermagic"));
  }

  private static boolean known(VersionRule rule, ElfFile elf) {
    return elf.soname()
        .flatMap(name -> rule.soname().map(pattern -> pattern.matcher(name).matches()))
        .orElse(false);
  }

  /// A raw content may be a kernel or a boot loader: not short, not text, not compressed.
  private static boolean worthScanning(Blob blob) {
    byte[] head = blob.head(512);
    if (blob.content().size() < SMALLEST_RAW || head.length < 4) {
      return false;
    }
    int start = (head[0] & 0xff) << 8 | (head[1] & 0xff);
    boolean packed = start == 0x1f8b || start == 0xfd37 || start == 0x28b5 || start == 0x504b;
    boolean picture = start == 0x8950 || start == 0xffd8 || start == 0x4749;
    int printable = 0;
    for (byte b : head) {
      printable += b >= 0x20 || b == '\n' || b == '\t' || b == '\r' ? 1 : 0;
    }
    return !packed && !picture && printable < head.length;
  }

  /// Ends of literals by literal, the first of each only.
  private Map<Integer, List<Long>> hits(Blob blob) {
    Map<Integer, List<Long>> hits = new LinkedHashMap<>();
    byte[] piece = new byte[(int) Math.min(PIECE, blob.content().size())];
    int state = 0;
    long offset = 0;
    int count = blob.content().read(0, piece, 0, piece.length);
    while (count > 0) {
      state =
          automaton.scan(
              state,
              piece,
              count,
              offset,
              (literal, end) -> {
                List<Long> ends = hits.computeIfAbsent(literal, _ -> new ArrayList<>());
                if (ends.size() < MOST_HITS) {
                  ends.add(end);
                }
              });
      offset += count;
      count = blob.content().read(offset, piece, 0, piece.length);
    }
    return hits;
  }

  /// Why the product is in this file, and how sure that is; empty where it is only spoken of.
  private static Optional<Proof> proof(
      Searched each, Blob blob, Optional<ElfFile> elf, Map<Integer, List<Long>> hits) {
    VersionRule rule = each.rule();
    Optional<String> named =
        blob.files().stream()
            .map(Entry::path)
            .map(path -> path.name())
            .filter(name -> matches(rule.file(), name))
            .findFirst();
    if (elf.isEmpty()) {
      boolean raw = rule.raw() || (!rule.embedded().isEmpty() && embedded(each, hits));
      return raw ? Optional.of(new Proof("raw", Confidence.MEDIUM)) : Optional.empty();
    }
    if (known(rule, elf.get())) {
      return Optional.of(new Proof("soname " + elf.get().soname().orElse(""), Confidence.HIGH));
    }
    if (named.isPresent()) {
      return Optional.of(new Proof("file name " + named.get(), Confidence.HIGH));
    }
    List<String> defined = rule.symbols().stream().filter(elf.get().defined()::contains).toList();
    if (!defined.isEmpty() && defined.size() >= Math.min(2, rule.symbols().size())) {
      return Optional.of(new Proof("defines " + String.join(", ", defined), Confidence.HIGH));
    }
    boolean linked = elf.get().needed().stream().anyMatch(name -> matches(rule.soname(), name));
    if (!linked && !rule.embedded().isEmpty() && embedded(each, hits)) {
      return Optional.of(new Proof("contains its code's texts", Confidence.MEDIUM));
    }
    return Optional.empty();
  }

  private record Proof(String text, Confidence confidence) {}

  private static boolean matches(Optional<Pattern> pattern, String text) {
    return pattern.isPresent() && pattern.get().matcher(text).matches();
  }

  private static boolean embedded(Searched each, Map<Integer, List<Long>> hits) {
    return hits.keySet().containsAll(each.embedded());
  }

  private Optional<RuleHit> hit(
      Searched each, Blob blob, Map<Integer, List<Long>> hits, Proof proof) {
    VersionRule rule = each.rule();
    for (Entry file : blob.files()) {
      Optional<Matcher> name =
          rule.fileVersion().map(p -> p.matcher(file.path().name())).filter(Matcher::matches);
      if (name.isPresent()) {
        Version version = new Version(name.get().group("version"), Optional.empty());
        return Optional.of(
            new RuleHit(
                rule,
                List.of(version),
                Optional.empty(),
                file.path().name(),
                proof.text(),
                proof.confidence()));
      }
    }
    return rule.version().flatMap(pattern -> banner(each, pattern, blob, hits, proof));
  }

  private Optional<RuleHit> banner(
      Searched each, Pattern pattern, Blob blob, Map<Integer, List<Long>> hits, Proof proof) {
    VersionRule rule = each.rule();
    Set<Version> versions = new HashSet<>();
    List<String> texts = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    for (int anchor : each.anchors()) {
      for (long end : hits.getOrDefault(anchor, List.of())) {
        long from = Math.max(0, end - lengths.get(anchor) - WINDOW);
        String window = window(blob, from);
        boolean denied = rule.negatives().stream().anyMatch(not -> not.matcher(window).find());
        Matcher matcher = pattern.matcher(window);
        while (!denied && matcher.find()) {
          if (versions.add(version(matcher))) {
            texts.add(Text.brief(matcher.group()));
            offsets.add(from + matcher.start("version"));
          }
        }
      }
    }
    if (versions.isEmpty()) {
      return Optional.empty();
    }
    List<Version> sorted =
        versions.stream()
            .sorted(java.util.Comparator.comparing(v -> v.text() + v.update().orElse("")))
            .toList();
    return Optional.of(
        new RuleHit(
            rule,
            sorted,
            Optional.of(offsets.getFirst()),
            Text.brief(String.join("; ", texts)),
            proof.text(),
            sorted.size() > 1 ? Confidence.LOW : proof.confidence()));
  }

  private static Version version(Matcher matcher) {
    boolean hasUpdate = matcher.pattern().namedGroups().containsKey("update");
    String update = hasUpdate ? matcher.group("update") : null;
    return new Version(matcher.group("version"), Optional.ofNullable(update));
  }

  private List<KernelBanner> kernels(Blob blob, Map<Integer, List<Long>> hits) {
    Map<String, KernelBanner> kernels = new LinkedHashMap<>();
    for (long end : hits.getOrDefault(KERNEL_LITERAL, List.of())) {
      long from = Math.max(0, end - KERNEL_ANCHOR.length());
      Matcher matcher = KERNEL.matcher(window(blob, from));
      if (matcher.lookingAt()) {
        String release = matcher.group("release");
        kernels.putIfAbsent(matcher.group(), new KernelBanner(release, matcher.group(), from));
      }
    }
    return List.copyOf(kernels.values());
  }

  private static String window(Blob blob, long from) {
    byte[] bytes = new byte[2 * WINDOW];
    int count = Math.max(0, blob.content().read(from, bytes, 0, bytes.length));
    return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
  }
}
