package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import java.util.HexFormat;
import java.util.List;

/// Files that are known and hold nothing to unpack.
final class Ordinary {
  private static final List<byte[]> MAGICS =
      List.of(
          HexFormat.of().parseHex("7f454c46"),
          HexFormat.of().parseHex("89504e470d0a1a0a"),
          HexFormat.of().parseHex("ffd8ff"),
          HexFormat.of().parseHex("cafebabe"),
          Binary.ascii("GIF8"),
          Binary.ascii("%PDF-"),
          Binary.ascii("#!/"),
          Binary.ascii("-----BEGIN "),
          Binary.ascii("SQLite format 3"));

  private Ordinary() {}

  static boolean is(ByteSource source) {
    for (byte[] magic : MAGICS) {
      if (Binary.matches(source, 0, magic)) {
        return true;
      }
    }
    return isText(Binary.upTo(source, 0, 1 << 12));
  }

  private static boolean isText(byte[] head) {
    for (byte b : head) {
      if (b >= 0 && b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b) {
        return false;
      }
    }
    return head.length > 0
        && new String(head, java.nio.charset.StandardCharsets.UTF_8)
                .chars()
                .filter(c -> c == 0xfffd)
                .count()
            <= 3;
  }
}
