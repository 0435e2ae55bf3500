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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Private keys that every device of a model shares.
public final class PrivateKeyRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "private-key",
          IssueType.PRIVATE_KEY,
          "Private key in the image",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-321", "CWE-798"),
          List.of(
              "EN 303 645 5.4-1, 5.4-3", "EN 18031-1 SSM-1, CCK-3", "CRA Annex I Part I (2)(e)"),
          "A key counts only when it parses and its numbers belong together; words like BEGIN"
              + " PRIVATE KEY in a program are no key."
              + " One finding for a key, by the fingerprint of its public half, whatever its format"
              + " and however many copies there are. An encrypted key is graded lower, and so is a"
              + " key that lies among documentation or tests only, or inside a cryptographic"
              + " library, which tests itself with it.",
          "Take the key out of the image and generate one on each device at first start; revoke the"
              + " certificates of this key, as it is known to everyone who has the image.");

  // Libraries that test themselves with keys of their own, and what static libraries are made of.
  private static final Pattern LIBRARY =
      Pattern.compile("lib(?:gnutls|crypto|ssl|gcrypt|mbed|wolfssl|nss|nettle|ssh)\\S*");
  private static final Pattern ARCHIVE = Pattern.compile(".*\\.[ao](?:!/.*)?|.*\\.a!/.*");

  private record Found(Blob blob, KeyMaterial.Secret secret, boolean selfTest) implements Noted {}

  private record Certified(Blob blob, String fingerprint) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return KeyMaterial.ANCHORS;
  }

  @Override
  public List<Noted> look(Content content) {
    KeyMaterial material = KeyMaterial.of(content);
    boolean library =
        content.named(ARCHIVE)
            || content
                .elf()
                .flatMap(ElfFile::soname)
                .filter(name -> LIBRARY.matcher(name).matches())
                .isPresent();
    List<Noted> noted = new ArrayList<>();
    for (KeyMaterial.Secret secret : material.secrets()) {
      if (!SshHostKeys.is(content, secret)) {
        noted.add(new Found(content.blob(), secret, library));
      }
    }
    for (KeyMaterial.Certificate certificate : material.certificates()) {
      noted.add(new Certified(content.blob(), certificate.fingerprint()));
    }
    return noted;
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Set<String> certified = new HashSet<>();
    Map<String, List<Found>> keys = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Certified certificate) {
        certified.add(certificate.fingerprint());
      } else if (note instanceof Found found) {
        keys.computeIfAbsent(found.secret().evidence(), _ -> new ArrayList<>()).add(found);
      }
    }
    return keys.entrySet().stream()
        .map(key -> issue(key.getKey(), key.getValue(), certified.contains(key.getKey())))
        .toList();
  }

  private static Issue issue(String evidence, List<Found> copies, boolean certified) {
    PrivateKeyReader.Key key = copies.getFirst().secret().key();
    List<String> paths = copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList();
    boolean sample =
        paths.stream().allMatch(Samples::is) || copies.stream().allMatch(Found::selfTest);
    String summary =
        key.encrypted()
            ? "Encrypted private key (" + key.format() + ")"
            : "Private key ("
                + key.algorithm()
                + ", "
                + key.format()
                + ")"
                + (certified ? " with its certificate in the image" : "");
    Map<String, String> facts = new TreeMap<>();
    facts.put("format", key.format());
    facts.put("algorithm", key.algorithm());
    facts.put("offset", Long.toString(copies.getFirst().secret().offset()));
    facts.put("certificate", certified ? "yes" : "no");
    key.fingerprint().ifPresent(print -> facts.put("spkiSha256", print));
    return Findings.issue(
        CARD,
        evidence,
        sample ? Severity.LOW : severity(key, certified),
        sample ? Confidence.LOW : CARD.confidence(),
        summary,
        paths,
        facts);
  }

  private static Severity severity(PrivateKeyReader.Key key, boolean certified) {
    if (key.encrypted()) {
      return Severity.MEDIUM;
    }
    return certified ? Severity.CRITICAL : Severity.HIGH;
  }
}
