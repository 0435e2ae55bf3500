package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.util.encoders.Base64;

/// Public keys that open an account on every device of a model.
public final class AuthorizedKeyRule implements Rule {
  private static final Pattern FILE = Pattern.compile("(?:.*/)?authorized_keys2?(?:\\.d/.*)?");
  private static final Pattern KEY =
      Pattern.compile(
          "(?:^|\\s)(?<kind>ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\\d+|sk-\\S+@openssh\\.com)\\s+"
              + "(?<key>AAAA[A-Za-z0-9+/]{20,8000}={0,3})(?:\\s+(?<comment>.*))?");

  private static final RuleCard CARD =
      new RuleCard(
          "authorized-key",
          IssueType.AUTHORIZED_KEY,
          "A built-in key opens an account",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-798", "CWE-912"),
          List.of(
              "EN 303 645 5.1-1, 5.4-4", "EN 18031-1 AUM-5, ACM-1", "CRA Annex I Part I (2)(d)"),
          "Only lines of files that an SSH server reads as authorized_keys count, and only keys"
              + " that decode.",
          "Take the key out of the image; where maintainers need access, sign short-lived"
              + " certificates for each device.");

  private record Found(Blob blob, String kind, String fingerprint, String comment)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<Noted> look(Content content) {
    if (!content.named(FILE)) {
      return List.of();
    }
    List<Noted> noted = new ArrayList<>();
    for (String line : content.text().orElse("").split("\r?\n")) {
      Matcher matcher = KEY.matcher(line);
      if (!line.startsWith("#") && matcher.find()) {
        String comment = matcher.group("comment");
        noted.add(
            new Found(
                content.blob(),
                matcher.group("kind"),
                fingerprint(matcher.group("key")),
                comment == null ? "" : Findings.brief(comment)));
      }
    }
    return noted;
  }

  /// SHA-256 of the subject public key info where the kind is known, else of the key as written.
  static String fingerprint(String base64) {
    try {
      byte[] wire = Base64.decode(base64);
      return PrivateKeyReader.fingerprint(
          SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
              OpenSSHPublicKeyUtil.parsePublicKey(wire)));
    } catch (java.io.IOException | RuntimeException e) {
      return Sha256.of(base64.getBytes(java.nio.charset.StandardCharsets.US_ASCII)).hex();
    }
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> keys = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        keys.computeIfAbsent(found.fingerprint(), _ -> new ArrayList<>()).add(found);
      }
    }
    return keys.values().stream().map(AuthorizedKeyRule::issue).toList();
  }

  private static Issue issue(List<Found> copies) {
    Found first = copies.getFirst();
    return Findings.issue(
        CARD,
        first.fingerprint(),
        CARD.severity(),
        CARD.confidence(),
        "A built-in key opens an account ("
            + first.kind()
            + (first.comment().isEmpty() ? ")" : ", " + first.comment() + ")"),
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        Map.of("kind", first.kind(), "spkiSha256", first.fingerprint()));
  }
}
