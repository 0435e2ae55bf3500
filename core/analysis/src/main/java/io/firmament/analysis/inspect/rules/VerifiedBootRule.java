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
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Android Verified Boot that is switched off or not signed.
public final class VerifiedBootRule implements Rule {
  private static final String MAGIC = "AVB0";
  private static final int HEADER = 256;
  private static final int ALGORITHM = 28;
  private static final int FLAGS = 120;
  private static final int RELEASE = 128;
  private static final int HASHTREE_DISABLED = 1;
  private static final int VERIFICATION_DISABLED = 2;

  private static final RuleCard CARD =
      new RuleCard(
          "verified-boot",
          IssueType.BOOT_INTEGRITY,
          "Verified boot is switched off",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-347", "CWE-1328"),
          List.of("EN 303 645 5.7-1", "EN 18031-1 SUM-2", "CRA Annex I Part I (2)(f)"),
          "A vbmeta header must have its magic, major version 1, sizes that are multiples of 64 and"
              + " the release text of avbtool. An image without an algorithm counts only on its"
              + " own: a partition whose footer another vbmeta image chains to is signed there.",
          "Sign vbmeta (avbtool make_vbmeta_image --algorithm --key) and set no disabling flags.");

  private record Header(Blob blob, long offset, int algorithm, int flags, String release)
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
    for (long offset : content.at(MAGIC)) {
      header(content, offset).ifPresent(noted::add);
    }
    return noted;
  }

  /// AvbVBMetaImageHeader of the AVB README, big endian.
  private static Optional<Noted> header(Content content, long offset) {
    byte[] bytes = content.bytes(offset, HEADER);
    if (bytes.length < HEADER) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    String release = content.latin(offset + RELEASE, 47);
    int end = release.indexOf('\0');
    release = end < 0 ? release : release.substring(0, end);
    boolean sound =
        header.getInt(4) == 1
            && header.getLong(12) % 64 == 0
            && header.getLong(20) % 64 == 0
            && release.startsWith("avbtool");
    return sound
        ? Optional.of(
            new Header(
                content.blob(), offset, header.getInt(ALGORITHM), header.getInt(FLAGS), release))
        : Optional.empty();
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    boolean anySigned =
        noted.stream().anyMatch(note -> note instanceof Header header && header.algorithm() != 0);
    for (Noted note : noted) {
      if (note instanceof Header header) {
        String fault = fault(header, anySigned);
        if (!fault.isEmpty()) {
          issues.add(issue(header, fault));
        }
      }
    }
    return issues;
  }

  private static String fault(Header header, boolean anySigned) {
    if ((header.flags() & VERIFICATION_DISABLED) != 0) {
      return "verification is disabled by a flag";
    }
    if ((header.flags() & HASHTREE_DISABLED) != 0) {
      return "dm-verity is disabled by a flag";
    }
    return header.algorithm() == 0 && !anySigned ? "vbmeta is not signed" : "";
  }

  private static Issue issue(Header header, String fault) {
    return Findings.issue(
        CARD,
        header.blob().sha256().hex() + "/" + header.offset(),
        CARD.severity(),
        CARD.confidence(),
        "Android Verified Boot: " + fault,
        header.blob().paths(),
        Map.of(
            "flags", Integer.toString(header.flags()),
            "algorithm", Integer.toString(header.algorithm()),
            "release", Findings.brief(header.release()),
            "offset", Long.toString(header.offset())));
  }
}
