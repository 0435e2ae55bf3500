package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Literal;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.analysis.unpack.formats.boot.DeviceTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Boot images of U-Boot (FIT) without a signature.
public final class FitSignatureRule implements Rule {
  private static final String MAGIC = Literal.hex("d00dfeed");
  private static final int SMALLEST = 40;

  private static final RuleCard CARD =
      new RuleCard(
          "fit-signature",
          IssueType.BOOT_INTEGRITY,
          "Boot image without a signature",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-347", "CWE-1328"),
          List.of("EN 303 645 5.7-1, 5.3-9", "EN 18031-1 SUM-2", "CRA Annex I Part I (2)(f)"),
          "The image must be a flattened image tree: a device tree with /images and"
              + " /configurations. A configuration counts as signed when it has a signature node;"
              + " where images are signed one by one, the configurations must still be, as they can"
              + " be mixed otherwise. A hash alone is no signature.",
          "Sign the configurations (mkimage -k -r), build U-Boot with FIT_SIGNATURE, and mark the"
              + " key in its device tree as required.");

  private record Unsigned(Blob blob, int configurations, int unsigned, boolean images, long offset)
      implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(MAGIC);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    long size = content.blob().content().size();
    for (long offset : content.at(MAGIC)) {
      if (size - offset >= SMALLEST && noted.isEmpty()) {
        unsigned(content, offset).ifPresent(noted::add);
      }
    }
    return noted;
  }

  private static Optional<Noted> unsigned(Content content, long offset) {
    long size = content.blob().content().size() - offset;
    try {
      DeviceTree.Node root = DeviceTree.root(content.blob().content().slice(offset, size));
      List<DeviceTree.Node> images = children(root, "images");
      List<DeviceTree.Node> configurations = children(root, "configurations");
      int bare = (int) configurations.stream().filter(node -> !signed(node)).count();
      return images.isEmpty() || bare == 0
          ? Optional.empty()
          : Optional.of(
              new Unsigned(
                  content.blob(),
                  configurations.size(),
                  bare,
                  images.stream().allMatch(FitSignatureRule::signed),
                  offset));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<DeviceTree.Node> children(DeviceTree.Node root, String name) {
    return root.child(name).map(DeviceTree.Node::children).orElse(List.of());
  }

  private static boolean signed(DeviceTree.Node node) {
    return node.childrenStarting("signature").stream()
        .anyMatch(signature -> signature.properties().containsKey("value"));
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    for (Noted note : noted) {
      if (note instanceof Unsigned fit) {
        issues.add(issue(fit));
      }
    }
    return issues;
  }

  private static Issue issue(Unsigned fit) {
    return Findings.issue(
        CARD,
        fit.blob().sha256().hex(),
        fit.images() ? Severity.MEDIUM : CARD.severity(),
        CARD.confidence(),
        fit.unsigned() + " of " + fit.configurations() + " configurations of a FIT are not signed",
        fit.blob().paths(),
        Map.of(
            "configurations", Integer.toString(fit.configurations()),
            "unsigned", Integer.toString(fit.unsigned()),
            "imagesSigned", fit.images() ? "yes" : "no",
            "offset", Long.toString(fit.offset())));
  }
}
