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
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// UEFI firmware that is delivered in setup mode: without a platform key, anyone may enrol one.
public final class SecureBootRule implements Rule {
  // gEfiAuthenticatedVariableGuid AAF32C78-947B-439A-A180-2E144EC37792, as EDK II stores it.
  private static final String STORE = Literal.hex("782cf3aa 7b94 9a43 a180 2e144ec37792");
  private static final int STORE_HEADER = 28;
  private static final int FORMATTED = 0x5a;
  private static final int HEALTHY = 0xfe;
  private static final int VARIABLE_HEADER = 60;
  private static final int START = 0x55aa;
  private static final int ADDED = 0x3f;
  private static final int LARGEST_STORE = 4 << 20;
  private static final int LONGEST_NAME = 256;
  private static final int MOST_VARIABLES = 4_000;

  private static final RuleCard CARD =
      new RuleCard(
          "uefi-setup-mode",
          IssueType.BOOT_INTEGRITY,
          "UEFI Secure Boot without a platform key",
          Severity.MEDIUM,
          Confidence.HIGH,
          List.of("CWE-1328", "CWE-347"),
          List.of("EN 303 645 5.7-1", "EN 18031-1 SUM-2", "CRA Annex I Part I (2)(f)"),
          "Only a formatted and healthy store for authenticated variables is judged, variable by"
              + " variable; a deleted variable does not count. Firmware without such a store cannot"
              + " tell.",
          "Enrol a platform key, key exchange keys and signature lists of your own at"
              + " manufacture.");

  private record Store(Blob blob, long offset, Set<String> names) implements Noted {}

  @Override
  public RuleCard card() {
    return CARD;
  }

  @Override
  public List<String> anchors() {
    return List.of(STORE);
  }

  @Override
  public List<Noted> look(Content content) {
    List<Noted> noted = new ArrayList<>();
    for (long offset : content.at(STORE)) {
      store(content, offset).ifPresent(noted::add);
    }
    return noted;
  }

  /// VARIABLE_STORE_HEADER: GUID, size (32), format (8), state (8), then the variables, each
  /// aligned to four bytes.
  private static Optional<Noted> store(Content content, long offset) {
    ByteBuffer head = little(content.bytes(offset, STORE_HEADER));
    if (head.limit() < STORE_HEADER) {
      return Optional.empty();
    }
    long size = head.getInt(16) & 0xffffffffL;
    boolean sound =
        (head.get(20) & 0xff) == FORMATTED
            && (head.get(21) & 0xff) == HEALTHY
            && size > STORE_HEADER
            && size <= LARGEST_STORE;
    return sound
        ? Optional.of(
            new Store(content.blob(), offset, names(little(content.bytes(offset, (int) size)))))
        : Optional.empty();
  }

  /// AUTHENTICATED_VARIABLE_HEADER: start (16), state (8), ..., name size at 36, data size at 40.
  private static Set<String> names(ByteBuffer store) {
    Set<String> names = new TreeSet<>();
    int at = STORE_HEADER;
    for (int i = 0; i < MOST_VARIABLES && at + VARIABLE_HEADER <= store.limit(); i++) {
      long nameSize = store.getInt(at + 36) & 0xffffffffL;
      long dataSize = store.getInt(at + 40) & 0xffffffffL;
      long end = at + VARIABLE_HEADER + nameSize + dataSize;
      if ((store.getShort(at) & 0xffff) != START || end > store.limit()) {
        break;
      }
      if ((store.get(at + 2) & 0xff) == ADDED && nameSize <= LONGEST_NAME && dataSize > 0) {
        byte[] name = new byte[(int) nameSize];
        store.get(at + VARIABLE_HEADER, name);
        names.add(new String(name, StandardCharsets.UTF_16LE).replace("\0", ""));
      }
      at = (int) (end + 3) & ~3;
    }
    return names;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public List<Issue> conclude(FileTree tree, LocalDate analysisDate, List<Noted> noted) {
    List<Issue> issues = new ArrayList<>();
    for (Noted note : noted) {
      if (note instanceof Store store && !store.names().contains("PK")) {
        issues.add(
            Findings.issue(
                CARD,
                store.blob().sha256().hex() + "/" + store.offset(),
                CARD.severity(),
                CARD.confidence(),
                "UEFI Secure Boot is in setup mode: there is no platform key",
                store.blob().paths(),
                Map.of(
                    "variables",
                    Integer.toString(store.names().size()),
                    "kek",
                    store.names().contains("KEK") ? "yes" : "no",
                    "db",
                    store.names().contains("db") ? "yes" : "no",
                    "offset",
                    Long.toString(store.offset()))));
      }
    }
    return issues;
  }
}
