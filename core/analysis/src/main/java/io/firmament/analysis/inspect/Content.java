package io.firmament.analysis.inspect;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.scan.Blob;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// One distinct content, as the rules see it: its bytes, what it is as an ELF file, and where the
/// anchors of all rules are in it. Used by one thread.
public final class Content {
  /// So much of a text is read.
  static final int LONGEST_TEXT = 1 << 20;

  private final Blob blob;
  private final Optional<ElfFile> elf;
  private final Map<String, List<Long>> anchors;
  private Optional<String> text = Optional.empty();
  private boolean decoded;
  private final Map<Class<?>, Object> derived = new HashMap<>();

  Content(Blob blob, Optional<ElfFile> elf, Map<String, List<Long>> anchors) {
    this.blob = blob;
    this.elf = elf;
    this.anchors = anchors;
  }

  public Blob blob() {
    return blob;
  }

  public Optional<ElfFile> elf() {
    return elf;
  }

  /// Where an anchor starts, in order; the first 1,000 places only.
  public List<Long> at(String anchor) {
    return anchors.getOrDefault(anchor, List.of());
  }

  public boolean has(String anchor) {
    return anchors.containsKey(anchor);
  }

  public boolean hasAny(List<String> wanted) {
    return wanted.stream().anyMatch(anchors::containsKey);
  }

  /// Whether a file of this content has a path that matches as a whole.
  public boolean named(Pattern path) {
    return blob.paths().stream().anyMatch(each -> path.matcher(each).matches());
  }

  /// What several rules want to know of a content; worked out when the first of them asks.
  public <T> T derived(Class<T> kind, Function<Content, T> from) {
    return kind.cast(derived.computeIfAbsent(kind, _ -> from.apply(this)));
  }

  /// The first mebibyte of a text; empty where this is none. Bytes that are no UTF-8 are replaced.
  public Optional<String> text() {
    if (!decoded) {
      decoded = true;
      byte[] head = elf.isPresent() ? new byte[0] : blob.head(LONGEST_TEXT);
      text =
          isText(head) ? Optional.of(new String(head, StandardCharsets.UTF_8)) : Optional.empty();
    }
    return text;
  }

  /// Bytes of a range, one character each; shorter at the end of the content.
  public String latin(long from, int length) {
    byte[] bytes = bytes(from, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// A range, shorter at the end of the content.
  public byte[] bytes(long from, int length) {
    long start = Math.max(0, from);
    int wanted = Math.clamp(blob.content().size() - start, 0, length);
    byte[] bytes = new byte[wanted];
    int filled = 0;
    while (filled < wanted) {
      int count = blob.content().read(start + filled, bytes, filled, wanted - filled);
      if (count <= 0) {
        return java.util.Arrays.copyOf(bytes, filled);
      }
      filled += count;
    }
    return bytes;
  }

  private static boolean isText(byte[] head) {
    int odd = 0;
    for (byte b : head) {
      boolean control = b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t';
      if (b == 0) {
        return false;
      }
      odd += control ? 1 : 0;
    }
    return head.length > 0 && odd * 50 < head.length;
  }
}
