package io.firmament.analysis.unpack.formats.boot;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.boot.DeviceTree.Node;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// U-Boot's flattened image tree: a device tree whose node `/images` has the images, inside of it
/// or behind it. Every hash is checked; what is signed, and by which key, is told in the chunk.
public final class FitFormat implements Format {
  private static final int HEADER = 40;
  private static final long MOST_TREE = 1L << 31;
  private static final int MOST_IMAGES = 1000;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "fit",
        "U-Boot flattened image tree (FIT)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "d00dfeed")),
        List.of(),
        List.of("signatures are told, not verified", "encrypted images stay encrypted"),
        List.of(
            "Flattened Image Tree specification 0.8",
            "U-Boot doc/usage/fit/source_file_format.rst",
            "U-Boot doc/usage/fit/signature.rst"));
  }

  /// One image: where its bytes are, counted from the start of the FIT.
  private record Image(Node node, long offset, long length) {
    static Optional<Image> of(Node node, long treeEnd) {
      ByteSource data = node.properties().get("data");
      long size = node.cell("data-size");
      long relative = node.cell("data-offset");
      long absolute = node.cell("data-position");
      if (data != null) {
        return Optional.of(new Image(node, -1, data.size()));
      }
      if (size < 0 || (relative < 0 && absolute < 0)) {
        return Optional.empty();
      }
      return Optional.of(new Image(node, absolute >= 0 ? absolute : treeEnd + relative, size));
    }

    ByteSource data(ByteSource fit) {
      ByteSource inside = node.properties().get("data");
      return inside != null ? inside : fit.slice(offset, length);
    }

    long end() {
      return offset < 0 ? 0 : offset + length;
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    Optional<Node> tree = tree(source, start);
    if (tree.isEmpty()) {
      return Optional.empty();
    }
    try {
      Node root = tree.get();
      long size = Binary.u32be(source, start + 4);
      ByteSource fit = source.slice(start, source.size() - start);
      List<Image> images = images(root, size);
      long end = size;
      for (Image image : images) {
        end = Math.max(end, image.end());
      }
      if (end > size && end <= fit.size()) {
        // The tool pads what is behind the tree to words.
        end = Math.min((end + 3) / 4 * 4, fit.size());
      }
      Map<String, String> meta = new TreeMap<>();
      boolean fits = describe(root, images, fit, meta);
      return Chunk.sized(source, start, end, fits, meta);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// Whether a device tree is one of images, not of a board.
  public static boolean is(ByteSource source, long start) {
    return tree(source, start).isPresent();
  }

  /// The whole tree, where it has images.
  private static Optional<Node> tree(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    long size = head.length < HEADER ? 0 : Binary.u32be(head, 4);
    if (size < HEADER || size > MOST_TREE || size > source.size() - start) {
      return Optional.empty();
    }
    try {
      Node root = DeviceTree.root(source.slice(start, size));
      return images(root, size).isEmpty() ? Optional.empty() : Optional.of(root);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Image> images(Node root, long size) {
    List<Image> images = new ArrayList<>();
    for (Node node : root.child("images").map(Node::children).orElse(List.of())) {
      if (images.size() < MOST_IMAGES) {
        Image.of(node, (size + 3) / 4 * 4).ifPresent(images::add);
      }
    }
    return images;
  }

  /// Fills in the facts; true where there is at least one hash and none is wrong.
  private static boolean describe(
      Node root, List<Image> images, ByteSource fit, Map<String, String> meta) {
    int right = 0;
    int wrong = 0;
    int signedImages = 0;
    for (Image image : images) {
      Node node = image.node;
      StringBuilder facts = new StringBuilder();
      for (String property : List.of("type", "arch", "os", "compression")) {
        if (!node.text(property).isEmpty()) {
          facts.append(property).append('=').append(node.text(property)).append(' ');
        }
      }
      for (Node hash : node.childrenStarting("hash")) {
        String verdict = verdict(hash, image.data(fit));
        right += verdict.equals("ok") ? 1 : 0;
        wrong += verdict.equals("wrong") ? 1 : 0;
        facts.append(hash.text("algo")).append(':').append(verdict).append(' ');
      }
      if (node.child("cipher").isPresent()) {
        facts.append("cipher=").append(node.child("cipher").get().text("algo")).append(' ');
      }
      String signature = signatures(node);
      signedImages += signature.isEmpty() ? 0 : 1;
      meta.put("image." + node.name(), (facts + signature).strip());
    }
    int signedConfigurations = 0;
    Optional<Node> configurations = root.child("configurations");
    for (Node node : configurations.map(Node::children).orElse(List.of())) {
      String signature = signatures(node);
      signedConfigurations += signature.isEmpty() ? 0 : 1;
      if (meta.size() < MOST_IMAGES * 2) {
        meta.put("configuration." + node.name(), signature.isEmpty() ? "unsigned" : signature);
      }
    }
    configurations
        .map(node -> node.text("default"))
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> meta.put("default", name));
    if (!root.text("description").isEmpty()) {
      meta.put("description", root.text("description"));
    }
    meta.put("hashes", wrong > 0 ? "wrong" : right > 0 ? "ok" : "none");
    meta.put("signedConfigurations", Integer.toString(signedConfigurations));
    meta.put("signedImages", Integer.toString(signedImages));
    return right > 0 && wrong == 0;
  }

  private static String signatures(Node node) {
    StringBuilder text = new StringBuilder();
    for (Node signature : node.childrenStarting("signature")) {
      if (signature.properties().containsKey("value")) {
        text.append("signed=").append(signature.text("algo"));
        if (!signature.text("key-name-hint").isEmpty()) {
          text.append(" key=").append(signature.text("key-name-hint"));
        }
        text.append(' ');
      }
    }
    return text.toString().strip();
  }

  /// `ok`, `wrong`, or `unknown` for an algorithm that is not checked.
  private static String verdict(Node hash, ByteSource data) {
    ByteSource value = hash.properties().get("value");
    if (value == null) {
      return "missing";
    }
    byte[] expected = Binary.upTo(value, 0, 64);
    byte[] found =
        switch (hash.text("algo")) {
          case "crc32" ->
              java.nio.ByteBuffer.allocate(4).putInt((int) Checksums.crc32(data)).array();
          case "md5" -> Checksums.digest("MD5", data);
          case "sha1" -> Checksums.digest("SHA-1", data);
          case "sha256" -> Checksums.digest("SHA-256", data);
          case "sha384" -> Checksums.digest("SHA-384", data);
          case "sha512" -> Checksums.digest("SHA-512", data);
          default -> new byte[0];
        };
    if (found.length == 0) {
      return "unknown";
    }
    return java.util.Arrays.equals(expected, found) ? "ok" : "wrong";
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if ("wrong".equals(chunk.meta().get("hashes"))) {
      sink.corrupt("fit: a hash of an image is wrong");
    }
    long size = Binary.u32be(content, 4);
    Node root = DeviceTree.root(content.slice(0, size));
    sink.leaf("fit.dtb", Body.of(HeapByteSource.of(PrunedTree.of(root))));
    for (Image image : images(root, size)) {
      String name = image.node.name();
      if (image.length == 0) {
        continue;
      }
      if (image.node.child("cipher").isPresent()) {
        sink.encrypted("fit: image " + name);
        sink.leaf(name, Body.of(image.data(content)));
      } else {
        sink.part(name, Body.of(image.data(content)));
      }
    }
    chunk.requireWhole();
  }
}
