package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.Note;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.LzxDecoder;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.XpressBlock;
import io.firmament.analysis.unpack.io.lzms.LzmsBlock;
import java.io.IOException;

/// What the chunks of a Windows image are compressed with.
@FunctionalInterface
interface WimCodec {
  /// Decodes a chunk; one that is as long as its content is stored.
  ///
  /// @param plain bytes of the decoded chunk
  byte[] decode(byte[] packed, int plain) throws IOException;

  /// The methods of one image, which together decode no more than its limits let.
  final class Decoders {
    private static final int LARGEST_XPRESS = 1 << 16;
    private static final int LARGEST_LZX = 1 << 15;

    private final long memory;
    private long left;

    /// @param size of the image
    Decoders(Limits limits, long size) {
      this.memory = limits.codecMemory();
      this.left = 2 * (limits.freeBytes() + limits.ratio() * size);
    }

    /// The method of a solid resource.
    WimCodec solid(int method, int chunk) throws IOException {
      return of(
          switch (method) {
            case 0 -> "none";
            case 1 -> "XPRESS";
            case 2 -> "LZX";
            case 3 -> "LZMS";
            default -> "unknown";
          },
          chunk);
    }

    /// @param chunk bytes of a chunk
    WimCodec of(String method, int chunk) throws IOException {
      boolean known =
          switch (method) {
            case "XPRESS" -> chunk <= LARGEST_XPRESS;
            case "LZX" -> chunk <= LARGEST_LZX;
            case "none", "LZMS" -> true;
            default -> false;
          };
      if (!known || chunk <= 0 || Integer.bitCount(chunk) != 1) {
        throw new UnsupportedException("%s in chunks of %d bytes".formatted(method, chunk));
      }
      if (chunk > memory) {
        throw new LimitException(
            Note.Limit.CODEC_MEMORY, "%s needs %d bytes to decode".formatted(method, chunk));
      }
      return (packed, plain) -> {
        spend(plain);
        return packed.length == plain ? packed : decoded(method, packed, plain);
      };
    }

    private void spend(int bytes) throws LimitException {
      left -= bytes;
      if (left < 0) {
        throw new LimitException(Note.Limit.RATIO, "wim: chunks of small contents");
      }
    }

    private static byte[] decoded(String method, byte[] packed, int plain) throws IOException {
      return switch (method) {
        case "XPRESS" -> XpressBlock.decode(packed, plain);
        case "LZX" -> LzxDecoder.ofWindowsImage().frame(packed, plain);
        case "LZMS" -> LzmsBlock.decode(packed, plain);
        default -> throw new UnsupportedException("a compression that is not known");
      };
    }
  }
}
