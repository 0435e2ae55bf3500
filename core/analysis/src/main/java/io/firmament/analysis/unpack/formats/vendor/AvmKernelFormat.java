package io.firmament.analysis.unpack.formats.vendor;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.SourceInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tukaani.xz.LZMAInputStream;

/// Kernel images of AVM's boot loader EVA: a record with a sum, or two in an outer one, each with a
/// kernel in LZMA; and TI's checksum behind them.
public final class AvmKernelFormat extends PartedFormat {
  private static final long ONE = 0xfeed1281L;
  private static final long TWO = 0xfeed9112L;
  private static final long SECOND = 0xfeedb007L;
  private static final long LZMA = 0x075a0201L;
  private static final long SIGNATURE = 0xc453de23L;
  private static final int RECORD = 12;
  private static final int TRAILER = 12;
  private static final int LZMA_HEADER = 24;
  private static final int MOST_PADDING = 4096;
  private static final long MOST_KERNEL = 128 << 20;
  private static final int POLYNOMIAL = 0x04c11db7;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "avm-kernel",
        "AVM kernel image (EVA)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "8112edfe"), Magic.hex(0, "1291edfe")),
        List.of(),
        List.of(
            "kernels that are not in LZMA are given as they are",
            "never tried on a real image; the fixture is made from the description"),
        List.of("OpenWrt tools, lzma2eva.c", "Fritz!Box EVA Kernel Image Format 1.0 (draft)"));
  }

  /// A record: length, load address, payload, and a trailer with the sum that makes all of it zero.
  private record KernelRecord(long payload, long length, boolean right) {
    long end() {
      return payload + length + TRAILER;
    }
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    boolean two = Binary.u32le(image, 0) == TWO;
    KernelRecord outer = record(image, 0, two ? TWO : ONE);
    List<Part> parts = new ArrayList<>();
    boolean right = outer.right;
    if (two) {
      KernelRecord first = record(image, RECORD, ONE);
      KernelRecord second = record(image, (first.end() + 3) / 4 * 4, SECOND);
      right &= first.right && second.right;
      parts.add(new Part("kernel", first.payload, first.length));
      parts.add(new Part("coprocessor", second.payload, second.length));
    } else {
      parts.add(new Part("vmlinux", outer.payload, outer.length));
    }
    long end = outer.end();
    long signature = signature(image, end);
    if (signature > 0) {
      right &= sum(image, signature) == Binary.u32le(image, signature + 4);
      end = signature + 8;
    }
    return Optional.of(
        new Parsed(
            end,
            right ? Check.RIGHT : Check.WRONG,
            Map.of("kernels", Integer.toString(parts.size()), "signed", "" + (signature > 0)),
            parts));
  }

  private static KernelRecord record(ByteSource image, long at, long magic) throws IOException {
    byte[] head = Binary.bytes(image, at, RECORD + 4);
    long length = Binary.u32le(head, 4);
    boolean kernel = magic == TWO || Binary.u32le(head, RECORD) == LZMA;
    long trailer = at + RECORD + length;
    if (Binary.u32le(head, 0) != magic || length <= LZMA_HEADER || !kernel) {
      throw new CorruptException("no record");
    }
    byte[] tail = Binary.upTo(image, trailer, TRAILER);
    long sum = length + Binary.u32le(head, 8) + bytes(image.slice(at + RECORD, length));
    boolean right =
        tail.length == TRAILER
            && Binary.u32le(tail, 4) == 0
            && (sum + Binary.u32le(tail, 0) & 0xffffffffL) == 0;
    return new KernelRecord(at + RECORD, length, right);
  }

  private static long bytes(ByteSource of) {
    long sum = 0;
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = of.read(0, buffer, 0, buffer.length);
        n > 0;
        n = of.read(at, buffer, 0, buffer.length)) {
      for (int i = 0; i < n; i++) {
        sum += buffer[i] & 0xff;
      }
      at += n;
    }
    return sum;
  }

  /// Where the checksum is, behind zeros; 0 where there is none.
  private static long signature(ByteSource image, long end) {
    byte[] behind = Binary.upTo(image, end, MOST_PADDING + 8);
    int at = 0;
    while (at < behind.length && behind[at] == 0) {
      at++;
    }
    return at + 8 <= behind.length && Binary.u32le(behind, at) == SIGNATURE ? end + at : 0;
  }

  /// POSIX cksum: CRC-32 with the highest bit first, over the bytes and then over their number.
  private static long sum(ByteSource image, long length) {
    int crc = 0;
    byte[] buffer = new byte[1 << 16];
    for (long at = 0; at < length; at += buffer.length) {
      int n = image.read(at, buffer, 0, (int) Math.min(buffer.length, length - at));
      for (int i = 0; i < n; i++) {
        crc = added(crc, buffer[i]);
      }
    }
    for (long left = length; left != 0; left >>= 8) {
      crc = added(crc, (int) left);
    }
    return ~crc & 0xffffffffL;
  }

  private static int added(int crc, int b) {
    int value = crc ^ b << 24;
    for (int bit = 0; bit < 8; bit++) {
      value = value < 0 ? value << 1 ^ POLYNOMIAL : value << 1;
    }
    return value;
  }

  /// Kind, both lengths, CRC-32; then properties, dictionary and three bytes before the stream.
  @Override
  protected Body body(ByteSource content, Part part) throws IOException {
    ByteSource record = content.slice(part.offset(), part.length());
    byte[] head = Binary.bytes(record, 0, LZMA_HEADER);
    long size = Binary.u32le(head, 8);
    long dictionary = Math.clamp(Binary.u32le(head, 17), 1 << 12, Math.max(size, 1 << 12));
    if (size > MOST_KERNEL) {
      throw new CorruptException("a kernel of %d bytes".formatted(size));
    }
    return Body.decoded(
        () -> {
          LZMAInputStream in =
              new LZMAInputStream(
                  new SourceInputStream(record, LZMA_HEADER), size, head[16], (int) dictionary);
          // AVM's streams have no end mark, and those of other encoders have one.
          in.enableRelaxedEndCondition();
          return in;
        });
  }
}
