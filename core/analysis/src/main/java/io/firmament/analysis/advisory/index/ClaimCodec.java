package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What sources say of versions, as bytes. Numbers are in groups of seven bits, the lowest first,
/// each byte but the last with its highest bit set; a text is its length in bytes and UTF-8.
final class ClaimCodec {
  private static final int MOST_BYTES = 1 << 28;

  /// As much may be allocated before it is there.
  private static final int SHORT_BYTES = 1 << 12;

  private ClaimCodec() {}

  static IOException damaged() {
    return new IOException(
        "a file of facts, or the advisory index, is damaged: import the feeds again");
  }

  static void product(ProductVersions product, DataOutputStream out) throws IOException {
    text(product.key(), out);
    number(product.introductions(), out);
    texts(new ArrayList<>(product.sortedFiles()), out);
    number(product.blocks().size(), out);
    for (ProductVersions.Block block : product.blocks()) {
      text(block.defaultStatus(), out);
      number(block.entries().size(), out);
      for (ProductVersions.Entry entry : block.entries()) {
        text(entry.version(), out);
        out.writeBoolean(entry.after());
        text(entry.to(), out);
        out.writeBoolean(entry.included());
        text(entry.status(), out);
        number(entry.changes().size(), out);
        for (ProductVersions.Change change : entry.changes()) {
          text(change.at(), out);
          text(change.status(), out);
        }
      }
    }
  }

  static ProductVersions product(DataInputStream in) throws IOException {
    String key = text(in);
    int introductions = number(in);
    List<String> files = texts(in);
    return new ProductVersions(
        key, list(in, ClaimCodec::block), new HashSet<>(files), introductions);
  }

  private static ProductVersions.Block block(DataInputStream in) throws IOException {
    return new ProductVersions.Block(text(in), list(in, ClaimCodec::entry));
  }

  private static ProductVersions.Entry entry(DataInputStream in) throws IOException {
    return new ProductVersions.Entry(
        text(in),
        in.readBoolean(),
        text(in),
        in.readBoolean(),
        text(in),
        list(in, i -> new ProductVersions.Change(text(i), text(i))));
  }

  static void packageVersions(PackageVersions of, DataOutputStream out) throws IOException {
    text(of.advisory(), out);
    text(of.type(), out);
    text(of.system(), out);
    text(of.release(), out);
    text(of.name(), out);
    number(of.ranges().size(), out);
    for (PackageVersions.Range range : of.ranges()) {
      number(range.events().size(), out);
      for (PackageVersions.Event event : range.events()) {
        text(event.kind(), out);
        text(event.version(), out);
      }
    }
    texts(of.versions(), out);
  }

  static PackageVersions packageVersions(DataInputStream in) throws IOException {
    return new PackageVersions(
        text(in),
        text(in),
        text(in),
        text(in),
        text(in),
        list(
            in,
            r ->
                new PackageVersions.Range(
                    list(r, e -> new PackageVersions.Event(text(e), text(e))))),
        texts(in));
  }

  static void releases(List<DistributionFact.Release> releases, DataOutputStream out)
      throws IOException {
    number(releases.size(), out);
    for (DistributionFact.Release release : releases) {
      text(release.name(), out);
      text(release.fixedIn(), out);
      text(release.grade().name(), out);
    }
  }

  static List<DistributionFact.Release> releases(DataInputStream in) throws IOException {
    return list(
        in,
        r -> {
          String name = text(r);
          String fixed = text(r);
          return new DistributionFact.Release(name, fixed, grade(text(r)));
        });
  }

  private static DistributionFact.Grade grade(String name) throws IOException {
    try {
      return DistributionFact.Grade.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  /// Reads one element of a list.
  interface Reading<T> {
    T read(DataInputStream in) throws IOException;
  }

  static <T> List<T> list(DataInputStream in, Reading<T> reading) throws IOException {
    int count = number(in);
    List<T> list = new ArrayList<>(Math.min(count, 64));
    for (int i = 0; i < count; i++) {
      list.add(reading.read(in));
    }
    return list;
  }

  static void texts(List<String> texts, DataOutputStream out) throws IOException {
    number(texts.size(), out);
    for (String text : texts) {
      text(text, out);
    }
  }

  static List<String> texts(DataInputStream in) throws IOException {
    return list(in, ClaimCodec::text);
  }

  static void optional(@Nullable String text, DataOutputStream out) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      text(text, out);
    }
  }

  static @Nullable String optional(DataInputStream in) throws IOException {
    return in.readBoolean() ? text(in) : null;
  }

  static void text(String text, DataOutputStream out) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    number(utf8.length, out);
    out.write(utf8);
  }

  static String text(DataInputStream in) throws IOException {
    int length = number(in);
    if (length < 0 || length > MOST_BYTES) {
      throw damaged();
    }
    byte[] utf8;
    if (length <= SHORT_BYTES) {
      utf8 = new byte[length];
      in.readFully(utf8);
    } else {
      utf8 = in.readNBytes(length);
      if (utf8.length < length) {
        throw damaged();
      }
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }

  static void number(int value, DataOutputStream out) throws IOException {
    int rest = value;
    while (rest >>> 7 != 0) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  static int number(DataInputStream in) throws IOException {
    int value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      int next = in.readUnsignedByte();
      value |= (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw damaged();
  }
}
