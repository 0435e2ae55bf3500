package io.firmament.analysis.identity;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.boot.DeviceTree;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The board and the chip that a device tree is for.
///
/// @param board the root's `model`
/// @param soc the last and least specific string of the root's `compatible`, by the convention of
///     the Devicetree Specification 0.4 section 2.3.1
public record Platform(Optional<String> board, Optional<String> soc) {
  private static final int LONGEST = 200;

  /// Empty where the content is no device tree or says neither.
  public static Optional<Platform> read(ByteSource content) {
    byte[] magic = new byte[4];
    boolean tree =
        content.read(0, magic, 0, 4) == 4
            && (magic[0] & 0xff) == 0xd0
            && magic[1] == 0x0d
            && (magic[2] & 0xff) == 0xfe
            && (magic[3] & 0xff) == 0xed;
    try {
      return tree ? of(DeviceTree.root(content)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Platform> of(DeviceTree.Node root) {
    boolean images = root.child("images").isPresent();
    Optional<String> board = brief(root.text("model"));
    String compatible = root.text("compatible");
    Optional<String> soc = brief(compatible.substring(lastString(compatible)));
    return images || (board.isEmpty() && soc.isEmpty())
        ? Optional.empty()
        : Optional.of(new Platform(board, soc));
  }

  /// Each string of `compatible` is `maker,device`, and all are joined by commas.
  private static int lastString(String compatible) {
    int device = compatible.lastIndexOf(',');
    int maker = device < 0 ? -1 : compatible.lastIndexOf(',', device - 1);
    return maker + 1;
  }

  private static Optional<String> brief(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    String cut = line.length() <= LONGEST ? line : line.substring(0, LONGEST);
    return cut.isEmpty() ? Optional.empty() : Optional.of(cut);
  }

  /// What several device trees agree on: an image for many boards has none.
  public static Platform of(List<Platform> platforms) {
    return new Platform(
        agreed(platforms.stream().map(Platform::board).toList()),
        agreed(platforms.stream().map(Platform::soc).toList()));
  }

  private static Optional<String> agreed(List<Optional<String>> values) {
    List<String> distinct = values.stream().flatMap(Optional::stream).distinct().toList();
    return distinct.size() == 1 ? Optional.of(distinct.getFirst()) : Optional.empty();
  }
}
