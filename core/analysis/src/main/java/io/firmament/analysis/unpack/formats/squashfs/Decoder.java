package io.firmament.analysis.unpack.formats.squashfs;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LimitException;
import io.firmament.analysis.unpack.io.LzmaBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decodes the blocks of one image, whatever its maker did to the compression.
///
/// Versions before 4 do not say what they are compressed with, and vendors use LZMA in many ways:
/// with the 13 bytes of LZMA_Alone, with the properties and the dictionary size alone, or bare,
/// behind some bytes of their own. What worked for one block is tried first on the next.
final class Decoder {
  private static final int MOST_VENDOR_BYTES = 10;

  /// How many bytes of output may be spent on guessing in one image.
  private static final int GUESSING = 16 << 20;

  /// One way to decode.
  @FunctionalInterface
  private interface Method {
    /// @param expected bytes that must come out, or -1 where only the most is known
    int decode(byte[] in, byte[] out, int expected) throws IOException;
  }

  private final @Nullable Method declared;
  private final List<Method> common = new ArrayList<>();
  private @Nullable Method known;
  private int guessing = GUESSING;

  /// @param memory that a codec may take for its dictionary
  Decoder(SuperBlock superBlock, long memory) {
    Optional<Codec> codec = Codec.of(superBlock.compression());
    this.declared = codec.map(c -> strict(c, memory)).orElse(null);
    if (declared != null) {
      common.add(declared);
    }
    for (Codec other : Codec.values()) {
      if (other != codec.orElse(null)) {
        common.add(strict(other, memory));
      }
    }
    common.add(Decoder::withProperties);
  }

  /// A block was decoded as the super block declares: all are, from any thread, and nothing is
  /// guessed any more.
  boolean isCertain() {
    return declared != null && known == declared;
  }

  /// Decodes a block of exactly `expected` bytes, or, where that is -1, of at most `out.length`;
  /// gives how many came out.
  int decode(byte[] in, byte[] out, int expected) throws IOException {
    Method last = known;
    if (last != null) {
      try {
        return last.decode(in, out, expected);
      } catch (CorruptException e) {
        if (last == declared) {
          throw e;
        }
      }
    }
    for (Method method : common) {
      Optional<Integer> length = attempt(method, in, out, expected);
      if (length.isPresent()) {
        return length.get();
      }
    }
    return guess(in, out, expected)
        .orElseThrow(() -> new CorruptException("a block that no known compression decodes"));
  }

  private Optional<Integer> attempt(Method method, byte[] in, byte[] out, int expected)
      throws LimitException {
    if (guessing <= 0) {
      return Optional.empty();
    }
    try {
      int length = method.decode(in, out, expected);
      known = method;
      return Optional.of(length);
    } catch (LimitException e) {
      throw e;
    } catch (IOException e) {
      guessing -= 4096;
      return Optional.empty();
    }
  }

  /// Tries bare LZMA with all properties at all distances, unless an ordinary way has worked.
  private Optional<Integer> guess(byte[] in, byte[] out, int expected) throws LimitException {
    if (known != null && common.contains(known)) {
      return Optional.empty();
    }
    for (int offset = 0; offset <= MOST_VENDOR_BYTES && offset + 5 < in.length; offset++) {
      if (in[offset] != 0) {
        continue;
      }
      for (LzmaBlock.Properties properties : PROPERTIES) {
        Optional<Integer> length = attempt(bare(offset, properties), in, out, expected);
        if (length.isPresent()) {
          return length;
        }
      }
    }
    return Optional.empty();
  }

  /// All with lc and lp up to 4, the usual ones first.
  private static final List<LzmaBlock.Properties> PROPERTIES = properties();

  private static List<LzmaBlock.Properties> properties() {
    List<LzmaBlock.Properties> all = new ArrayList<>();
    all.add(new LzmaBlock.Properties(3, 0, 2));
    for (int lc = 0; lc <= 4; lc++) {
      for (int lp = 0; lp <= 4; lp++) {
        for (int pb = 0; pb <= 4; pb++) {
          all.add(new LzmaBlock.Properties(lc, lp, pb));
        }
      }
    }
    return all;
  }

  private static Method strict(Codec codec, long memory) {
    return (in, out, expected) -> {
      int length;
      try {
        length = codec.decode(in, out, memory);
      } catch (LimitException | CorruptException e) {
        throw e;
      } catch (IOException e) {
        String name = codec.name().toLowerCase(Locale.ROOT);
        throw new CorruptException("a block of " + name + " does not decode");
      }
      return complete(length, expected);
    };
  }

  /// LZMA behind the properties and the dictionary size, without the decoded size.
  private static int withProperties(byte[] in, byte[] out, int expected) throws IOException {
    if (in.length < 10) {
      throw new CorruptException("a block is too short for LZMA");
    }
    return lzma(in, 5, out, expected, LzmaBlock.Properties.of(in[0] & 0xff));
  }

  private static Method bare(int offset, LzmaBlock.Properties properties) {
    return (in, out, expected) -> lzma(in, offset, out, expected, properties);
  }

  private static int lzma(
      byte[] in, int at, byte[] out, int expected, LzmaBlock.Properties properties)
      throws IOException {
    int limit = expected >= 0 ? expected : out.length;
    LzmaBlock.Result result = LzmaBlock.decode(in, at, in.length, out, limit, properties);
    if (!result.ended()) {
      throw new CorruptException("a block of LZMA does not end where it should");
    }
    return complete(result.length(), expected);
  }

  private static int complete(int length, int expected) throws CorruptException {
    if (length == 0 || (expected >= 0 && length != expected)) {
      throw new CorruptException("a block decodes to %d bytes".formatted(length));
    }
    return length;
  }
}
