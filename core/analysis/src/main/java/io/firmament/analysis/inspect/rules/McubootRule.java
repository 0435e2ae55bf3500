package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Findings;
import io.firmament.analysis.inspect.IssueType;
import io.firmament.analysis.inspect.Literal;
import io.firmament.analysis.inspect.Rule;
import io.firmament.analysis.inspect.RuleCard;
import io.firmament.analysis.scan.Blob;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Images of the MCUboot boot loader without a signature or without a security counter.
public final class McubootRule implements Rule {
  // IMAGE_MAGIC of MCUboot's "Image format", little endian.
  private static final String MAGIC = Literal.hex("3db8f396");
  private static final int HEADER = 32;
  private static final int TLV_INFO = 0x6907;
  private static final int TLV_PROTECTED = 0x6908;
  private static final int SECURITY_COUNTER = 0x50;
  private static final Set<Integer> SIGNATURES = Set.of(0x20, 0x21, 0x22, 0x23, 0x24, 0x25);
  private static final int MOST_ENTRIES = 64;

  private static final RuleCard CARD =
      new RuleCard(
          "mcuboot-signature",
          IssueType.BOOT_INTEGRITY,
          "Microcontroller image without a signature",
          Severity.HIGH,
          Confidence.HIGH,
          List.of("CWE-347", "CWE-1328"),
          List.of(
              "EN 303 645 5.7-1, 5.3-9", "EN 18031-1 SUM-2", "CRA Annex I Part I (2)(c), (2)(f)"),
          "The header's magic must be followed by plausible sizes, and the trailer must stand where"
              + " they say. A hash alone is no signature. A signed image without a security counter"
              + " is informational, as protection from older versions may be done otherwise.",
          "Sign the image (imgtool sign --key) with a key of your own, and set a security"
              + " counter.");

  private record Image(Blob blob, long offset, boolean signed, boolean counter) implements Noted {}

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
      image(content, offset).ifPresent(noted::add);
    }
    return noted;
  }

  /// image_header: magic, load address, header size (16), protected trailer size (16), image size.
  private static Optional<Noted> image(Content content, long offset) {
    ByteBuffer header = little(content.bytes(offset, HEADER));
    if (header.limit() < HEADER) {
      return Optional.empty();
    }
    int headerSize = header.getShort(8) & 0xffff;
    long imageSize = header.getInt(12) & 0xffffffffL;
    if (headerSize < HEADER || imageSize == 0) {
      return Optional.empty();
    }
    Set<Integer> types = new HashSet<>();
    long at = offset + headerSize + imageSize;
    boolean found = false;
    for (int area = 0; area < 2; area++) {
      ByteBuffer info = little(content.bytes(at, 4));
      int magic = info.limit() < 4 ? 0 : info.getShort(0) & 0xffff;
      if (magic != TLV_INFO && magic != TLV_PROTECTED) {
        break;
      }
      found = true;
      int total = info.getShort(2) & 0xffff;
      entries(little(content.bytes(at + 4, Math.max(0, total - 4))), types);
      at += total;
    }
    return found
        ? Optional.of(
            new Image(
                content.blob(),
                offset,
                types.stream().anyMatch(SIGNATURES::contains),
                types.contains(SECURITY_COUNTER)))
        : Optional.empty();
  }

  private static void entries(ByteBuffer area, Set<Integer> types) {
    int at = 0;
    for (int i = 0; i < MOST_ENTRIES && at + 4 <= area.limit(); i++) {
      types.add(area.getShort(at) & 0xff);
      at += 4 + (area.getShort(at + 2) & 0xffff);
    }
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    for (Noted note : noted) {
      if (note instanceof Image image && !(image.signed() && image.counter())) {
        issues.add(issue(image));
      }
    }
    return issues;
  }

  private static Issue issue(Image image) {
    return Findings.issue(
        CARD,
        image.blob().sha256().hex() + "/" + image.offset(),
        image.signed() ? Severity.INFORMATIONAL : CARD.severity(),
        CARD.confidence(),
        image.signed()
            ? "MCUboot image without a security counter"
            : "MCUboot image without a signature",
        image.blob().paths(),
        Map.of(
            "signed", image.signed() ? "yes" : "no",
            "securityCounter", image.counter() ? "yes" : "no",
            "offset", Long.toString(image.offset())));
  }
}
