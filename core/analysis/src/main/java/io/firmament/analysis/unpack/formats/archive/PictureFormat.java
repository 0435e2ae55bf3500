package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Pictures, and sound and video in RIFF, found with their exact ends and kept as files, so that
/// what is inside of them is not taken for firmware.
public final class PictureFormat implements Format {
  private static final int MOST_ITEMS = 1 << 20;
  private static final long MOST_PIXELS = 1 << 16;
  private static final Set<Long> BMP_HEADERS = Set.of(40L, 52L, 56L, 108L, 124L);
  private static final Set<Integer> BMP_DEPTHS = Set.of(1, 4, 8, 16, 24, 32);
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};

  @Override
  public FormatCard card() {
    return new FormatCard(
        "picture",
        "PNG, JPEG, GIF and BMP pictures, and RIFF (WebP, WAVE, AVI)",
        FormatCard.Kind.DATA,
        List.of(
            Magic.hex(0, "89504e470d0a1a0a"),
            new Magic(0, JPEG),
            Magic.text(0, "GIF87a"),
            Magic.text(0, "GIF89a"),
            Magic.text(0, "BM"),
            Magic.text(0, "RIFF")),
        List.of(),
        List.of(),
        List.of(
            "W3C Portable Network Graphics (PNG) Specification, 3rd edition",
            "ITU-T T.81",
            "GIF89a Specification",
            "Windows GDI, Bitmap Storage: BITMAPFILEHEADER and BITMAPINFOHEADER",
            "Multimedia Programming Interface and Data Specifications 1.0, RIFF"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      return switch (Binary.u8(source, start)) {
        case 0x89 -> found(start, png(source, start), Confidence.HIGH, "png");
        case 0xff -> found(start, jpeg(source, start), Confidence.MEDIUM, "jpeg");
        case 'B' -> found(start, bmp(source, start), Confidence.MEDIUM, "bmp");
        case 'R' -> riff(source, start);
        default -> found(start, gif(source, start), Confidence.MEDIUM, "gif");
      };
    } catch (TruncatedException e) {
      // A whole blob that breaks off is known by its start; elsewhere that would be a guess.
      return start == 0
          ? kind(source).flatMap(kind -> found(0, source.size(), Confidence.LOW, kind))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// What a blob is that breaks off; of the short magics nothing is said.
  private static Optional<String> kind(ByteSource source) {
    return switch (Binary.upTo(source, 0, 1)[0]) {
      case 'G' -> Optional.of("gif");
      case -1 -> Optional.of("jpeg");
      case 'B', 'R' -> Optional.empty();
      default -> Optional.of("png");
    };
  }

  private static Optional<Chunk> found(long start, long end, Confidence confidence, String kind) {
    return Optional.of(new Chunk(start, end, confidence, false, Map.of("picture", kind)));
  }

  /// Chunks of length, type, data and CRC-32 up to IEND.
  private static long png(ByteSource source, long start) throws IOException {
    long at = start + 8;
    for (int i = 0; i < MOST_ITEMS; i++) {
      long length = Binary.u32be(source, at);
      long type = Binary.u32be(source, at + 4);
      if ((i == 0) != (type == 0x49484452L)) {
        break;
      }
      if (length > source.size() - at - 12) {
        throw new TruncatedException("a chunk is cut off");
      }
      if (Checksums.crc32(source.slice(at + 4, 4 + length))
          != Binary.u32be(source, at + 8 + length)) {
        break;
      }
      at += 12 + length;
      if (type == 0x49454e44L) {
        return at;
      }
    }
    throw new CorruptException("no PNG");
  }

  /// Marker segments; behind a start of scan, data in which FF is followed by 00 or a restart.
  private static long jpeg(ByteSource source, long start) throws IOException {
    long at = start + 2;
    boolean scanned = false;
    for (int i = 0; i < MOST_ITEMS; i++) {
      if (Binary.u8(source, at) != 0xff) {
        break;
      }
      int marker = Binary.u8(source, at + 1);
      if (marker == 0xff) {
        at++;
        continue;
      }
      if (marker == 0xd9 && scanned) {
        return at + 2;
      }
      boolean known = marker >= 0xc0 && marker != 0xd8 && marker != 0xd9 && marker != 0xff;
      int length = Binary.u16be(source, at + 2);
      if (!known || length < 2) {
        break;
      }
      at += 2 + length;
      if (marker == 0xda) {
        scanned = true;
        at = scan(source, at);
      }
    }
    throw new CorruptException("no JPEG");
  }

  private static long scan(ByteSource source, long start) throws IOException {
    byte[] buffer = new byte[1 << 14];
    long at = start;
    while (true) {
      int n = source.read(at, buffer, 0, buffer.length);
      if (n < 2) {
        throw new TruncatedException("a scan without an end");
      }
      for (int i = 0; i + 1 < n; i++) {
        int next = buffer[i + 1] & 0xff;
        if (buffer[i] == -1 && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) {
          return at + i;
        }
      }
      at += n - 1;
    }
  }

  /// The file's size, a header of a known size with a picture of known depth, and pixels that fit.
  private static long bmp(ByteSource source, long start) throws IOException {
    long size = Binary.u32le(source, start + 2);
    long pixels = Binary.u32le(source, start + 10);
    long header = Binary.u32le(source, start + 14);
    long width = Binary.u32le(source, start + 18);
    long height = Math.abs((int) Binary.u32le(source, start + 22));
    int depth = Binary.u16le(source, start + 28);
    long compression = Binary.u32le(source, start + 30);
    boolean plausible =
        Binary.u32le(source, start + 6) == 0
            && BMP_HEADERS.contains(header)
            && pixels >= 14 + header
            && Binary.u16le(source, start + 26) == 1
            && BMP_DEPTHS.contains(depth)
            && compression <= 6
            && width > 0
            && width <= MOST_PIXELS
            && height > 0
            && height <= MOST_PIXELS;
    long raw = plausible ? (width * depth + 31) / 32 * 4 * height : 0;
    if (!plausible || size <= pixels || (compression == 0 && size < pixels + raw)) {
      throw new CorruptException("no BMP");
    }
    if (size > source.size() - start) {
      throw new TruncatedException("the pixels are cut off");
    }
    return start + size;
  }

  /// A form of a known kind whose chunks fill it exactly.
  private static Optional<Chunk> riff(ByteSource source, long start) throws IOException {
    long end = start + 8 + Binary.u32le(source, start + 4);
    byte[] form = Binary.bytes(source, start + 8, 4);
    String kind =
        switch (Binary.text(form, 0, 4)) {
          case "WEBP" -> "webp";
          case "WAVE" -> "wav";
          case "AVI " -> "avi";
          default -> "";
        };
    if (kind.isEmpty() || end > source.size()) {
      return Optional.empty();
    }
    long at = start + 12;
    for (int i = 0; i < MOST_ITEMS && at < end; i++) {
      long length = Binary.u32le(source, at + 4);
      at += 8 + length + (length & 1);
    }
    // The last chunk's padding may be left away.
    return at == end || at == end + 1
        ? found(start, end, Confidence.MEDIUM, kind)
        : Optional.empty();
  }

  /// Screen, blocks of an extension or an image, each with sub-blocks up to an empty one; `3B`.
  private static long gif(ByteSource source, long start) throws IOException {
    int packed = Binary.u8(source, start + 10);
    long at = start + 13 + table(packed);
    boolean drawn = false;
    for (int i = 0; i < MOST_ITEMS; i++) {
      switch (Binary.u8(source, at)) {
        case 0x21 -> at += 2;
        case 0x2c -> {
          at += 10 + table(Binary.u8(source, at + 9)) + 1;
          drawn = true;
        }
        case 0x3b -> {
          if (drawn) {
            return at + 1;
          }
          throw new CorruptException("a GIF without a picture");
        }
        default -> throw new CorruptException("no GIF");
      }
      int size = Binary.u8(source, at);
      while (size != 0) {
        at += 1 + size;
        size = Binary.u8(source, at);
      }
      at++;
    }
    throw new CorruptException("no GIF");
  }

  private static int table(int packed) {
    return (packed & 0x80) == 0 ? 0 : 3 << ((packed & 7) + 1);
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("picture." + chunk.meta().get("picture"), Body.of(content));
    chunk.requireWhole();
  }
}
