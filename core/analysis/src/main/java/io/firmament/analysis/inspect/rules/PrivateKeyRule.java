package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Private keys that every device of a model shares.
public final class PrivateKeyRule implements Rule {
  private static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
  private static final int PIECE = 1 << 20;
  private static final int LONGEST_BLOCK = 1 << 14;
  private static final int LONGEST_HOST_KEY = 4096;
  private static final int MOST_BLOCKS = 1000;

  private static final RuleCard CARD =
      new RuleCard(
          "private-key",
          "PRIVATE_KEY",
          "Private key in the image",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-321", "CWE-798"),
          List.of(
              "EN 303 645 5.4-1, 5.4-3", "EN 18031-1 SSM-1, CCK-3", "CRA Annex I Part I (2)(e)"),
          "A key counts only when it parses; words like BEGIN PRIVATE KEY in a program are no key."
              + " One finding for a key, by the fingerprint of its public half, whatever its format"
              + " and however many copies there are.",
          "Take the key out of the image and generate one on each device at first start; revoke the"
              + " certificates of this key, as it is known to everyone who has the image.");

  private record Found(Blob blob, PrivateKeyReader.Key key, long offset, String evidence)
      implements Noted {}

  private record Certificate(Blob blob, String fingerprint) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Blob blob, Optional<ElfFile> elf) {
    List<Noted> noted = new ArrayList<>();
    if (elf.isEmpty() && blob.content().size() <= LONGEST_HOST_KEY) {
      PrivateKeyReader.dropbear(blob.head(LONGEST_HOST_KEY))
          .ifPresent(key -> noted.add(found(blob, key, 0, blob.sha256().hex())));
    }
    for (long offset : begins(blob)) {
      String block = block(blob, offset);
      if (block.contains("PRIVATE KEY-----")) {
        PrivateKeyReader.pem(block)
            .ifPresent(
                key ->
                    noted.add(
                        found(
                            blob,
                            key,
                            offset,
                            Sha256.of(block.getBytes(StandardCharsets.ISO_8859_1)).hex())));
      } else if (block.startsWith("-----BEGIN CERTIFICATE-----")) {
        PrivateKeyReader.certificate(block)
            .ifPresent(fingerprint -> noted.add(new Certificate(blob, fingerprint)));
      }
    }
    return noted;
  }

  private static Found found(Blob blob, PrivateKeyReader.Key key, long offset, String evidence) {
    return new Found(blob, key, offset, key.fingerprint().orElse(evidence));
  }

  /// Where PEM blocks begin.
  private static List<Long> begins(Blob blob) {
    List<Long> begins = new ArrayList<>();
    byte[] piece = new byte[(int) Math.min(PIECE, blob.content().size())];
    long offset = 0;
    int count = blob.content().read(0, piece, 0, piece.length);
    while (count >= BEGIN.length) {
      for (int i = 0; i + BEGIN.length <= count && begins.size() < MOST_BLOCKS; i++) {
        if (piece[i] == '-' && begin(piece, i)) {
          begins.add(offset + i);
        }
      }
      offset += count - BEGIN.length + 1;
      count = blob.content().read(offset, piece, 0, piece.length);
    }
    return begins;
  }

  private static boolean begin(byte[] piece, int at) {
    for (int i = 0; i < BEGIN.length; i++) {
      if (piece[at + i] != BEGIN[i]) {
        return false;
      }
    }
    return true;
  }

  /// The text from BEGIN to the end of the END line; empty where that is missing.
  private static String block(Blob blob, long offset) {
    byte[] bytes = new byte[LONGEST_BLOCK];
    int count = Math.max(0, blob.content().read(offset, bytes, 0, bytes.length));
    String text = new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    int label = text.indexOf("-----", BEGIN.length);
    int end = label < 0 ? -1 : text.indexOf("-----END " + text.substring(BEGIN.length, label));
    int close = end < 0 ? -1 : text.indexOf("-----", end + 9);
    return close < 0 ? "" : text.substring(0, close + 5) + "\n";
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Set<String> certified = new HashSet<>();
    Map<String, List<Found>> keys = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Certificate certificate) {
        certified.add(certificate.fingerprint());
      } else if (note instanceof Found found) {
        keys.computeIfAbsent(found.evidence(), _ -> new ArrayList<>()).add(found);
      }
    }
    return keys.entrySet().stream()
        .map(key -> issue(key.getKey(), key.getValue(), certified.contains(key.getKey())))
        .toList();
  }

  private static Issue issue(String evidence, List<Found> copies, boolean certified) {
    PrivateKeyReader.Key key = copies.getFirst().key();
    boolean encrypted = key.fingerprint().isEmpty();
    Severity severity = encrypted ? Severity.MEDIUM : certified ? Severity.CRITICAL : Severity.HIGH;
    String summary =
        encrypted
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
    facts.put("offset", Long.toString(copies.getFirst().offset()));
    facts.put("certificate", certified ? "yes" : "no");
    key.fingerprint().ifPresent(print -> facts.put("spkiSha256", print));
    return Findings.issue(
        CARD,
        evidence,
        severity,
        CARD.confidence(),
        summary,
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        facts);
  }
}
