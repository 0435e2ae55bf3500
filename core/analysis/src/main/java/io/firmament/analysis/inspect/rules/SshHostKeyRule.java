package io.firmament.analysis.inspect.rules;

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
import java.util.Map;
import java.util.TreeMap;

/// Host keys of an SSH server that every device of a model shares.
public final class SshHostKeyRule implements Rule {
  private static final RuleCard CARD =
      new RuleCard(
          "ssh-host-key",
          IssueType.SSH_HOST_KEY,
          "SSH host key in the image",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-321", "CWE-798"),
          List.of(
              "EN 303 645 5.4-1, 5.4-3", "EN 18031-1 SSM-1, CCK-3", "CRA Annex I Part I (2)(e)"),
          "The key must parse; it is a host key by dropbear's own format or by its file name"
              + " (ssh_host_*_key).",
          "Take the key out of the image and let the server generate one at first start"
              + " (ssh-keygen -A, dropbear -R).");

  private record Found(Blob blob, KeyMaterial.Secret secret) implements Noted {}

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
    return KeyMaterial.of(content).secrets().stream()
        .filter(secret -> SshHostKeys.is(content, secret))
        .<Noted>map(secret -> new Found(content.blob(), secret))
        .toList();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    Map<String, List<Found>> keys = new TreeMap<>();
    for (Noted note : noted) {
      if (note instanceof Found found) {
        keys.computeIfAbsent(found.secret().evidence(), _ -> new ArrayList<>()).add(found);
      }
    }
    return keys.entrySet().stream().map(key -> issue(key.getKey(), key.getValue())).toList();
  }

  private static Issue issue(String evidence, List<Found> copies) {
    PrivateKeyReader.Key key = copies.getFirst().secret().key();
    Map<String, String> facts = new TreeMap<>();
    facts.put("format", key.format());
    facts.put("algorithm", key.algorithm());
    key.fingerprint().ifPresent(print -> facts.put("spkiSha256", print));
    return Findings.issue(
        CARD,
        evidence,
        key.encrypted() ? Severity.MEDIUM : CARD.severity(),
        CARD.confidence(),
        "SSH host key (" + key.algorithm() + ", " + key.format() + ")",
        copies.stream().flatMap(copy -> copy.blob().paths().stream()).toList(),
        facts);
  }
}
