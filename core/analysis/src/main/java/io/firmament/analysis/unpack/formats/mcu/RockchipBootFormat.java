package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.PartedFormat;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What Rockchip's boot ROM loads: the older header, scrambled with RC4 and a key that is in every
/// chip, and the newer RKNS with SHA-256 of each image.
public final class RockchipBootFormat extends PartedFormat {
  private static final int SECTOR = 512;
  private static final int NEW_HEADER = 0x800;
  private static final int HASH_AT = 0x600;
  private static final int IMAGES_AT = 0x78;
  private static final int IMAGE = 88;
  private static final int SHA256 = 1;
  private static final int SHA256_BYTES = 32;
  private static final long MARK = 0x0ff0aa55L;

  /// Written where there is no second image, so that the ROM reads as much as it can.
  private static final int ANY_SIZE = 1024;

  private static final byte[] KEY = {124, 78, 3, 4, 85, 5, 9, 7, 45, 44, 123, 56, 23, 13, 23, 17};

  @Override
  public FormatCard card() {
    return new FormatCard(
        "rockchip-boot",
        "Rockchip boot image (RKSD, RKNS)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "3b8cdcfcbe9f9d51"), Magic.hex(0, "524b4e53 00000000")),
        List.of(),
        List.of(
            "images for SPI flash, where every second half of 4 KiB is empty, are not read",
            "signatures are not verified, SHA-512 neither"),
        List.of("U-Boot tools/rkcommon.c, for the structures"));
  }

  @Override
  protected Optional<Parsed> parse(ByteSource image) throws IOException {
    return Binary.u8(image, 0) == 'R' ? newer(image) : older(image);
  }

  /// After the mark: whether images are plain (8), where they begin (12), sizes (506, 508).
  private static Optional<Parsed> older(ByteSource image) throws IOException {
    byte[] head = scrambled(Binary.bytes(image, 0, SECTOR), SECTOR);
    long plain = Binary.u32le(head, 8);
    int first = Binary.u16le(head, 12);
    int size = Binary.u16le(head, 506);
    int both = Binary.u16le(head, 508);
    if (Binary.u32le(head, 0) != MARK || plain > 1 || first < 1 || size == 0 || both < size) {
      return Optional.empty();
    }
    byte[] chip = Binary.bytes(image, (long) first * SECTOR, 4);
    boolean named = plain == 0 || (chip[0] == 'R' && chip[1] == 'K');
    if (!named) {
      return Optional.empty();
    }
    int boot = both - size == ANY_SIZE ? 0 : both - size;
    return Optional.of(
        new Parsed(
            (long) (first + size + boot) * SECTOR,
            Check.NONE,
            Map.of("header", "RKSD", "chip", plain == 0 ? "scrambled" : Binary.text(chip, 0, 4)),
            List.of(
                new Part("spl", (long) first * SECTOR, (long) size * SECTOR),
                new Part("boot", (long) (first + size) * SECTOR, (long) boot * SECTOR))));
  }

  /// Images of 88 bytes each: place and size in sectors, address, flags, and from byte 24 a hash.
  private static Optional<Parsed> newer(ByteSource image) throws IOException {
    byte[] head = Binary.bytes(image, 0, NEW_HEADER);
    long kind = Binary.u32le(head, 12) & 15;
    int count = (int) (Binary.u32le(head, 8) >> 16);
    if (kind > 2 || count < 1 || count > 4) {
      return Optional.empty();
    }
    boolean right = kind == SHA256 && hashed(image.slice(0, HASH_AT), head, HASH_AT);
    List<Part> parts = new ArrayList<>();
    long end = NEW_HEADER;
    for (int i = 0; i < count; i++) {
      int at = IMAGES_AT + i * IMAGE;
      long offset = (long) Binary.u16le(head, at) * SECTOR;
      long size = (long) Binary.u16le(head, at + 2) * SECTOR;
      if (size == 0) {
        continue;
      }
      if (offset < NEW_HEADER) {
        throw new CorruptException("an image in the header");
      }
      right &= hashed(image.slice(offset, size), head, at + 24);
      end = Math.max(end, offset + size);
      parts.add(new Part("image" + i, offset, size));
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Parsed(
                end,
                right ? Check.RIGHT : kind == SHA256 ? Check.WRONG : Check.NONE,
                Map.of("header", "RKNS", "images", Integer.toString(parts.size())),
                parts));
  }

  private static boolean hashed(ByteSource content, byte[] head, int at) {
    byte[] hash = Arrays.copyOfRange(head, at, at + SHA256_BYTES);
    return Arrays.equals(hash, Checksums.digest("SHA-256", content));
  }

  @Override
  protected Body body(ByteSource content, Part part) throws IOException {
    if (Binary.u8(content, 0) == 'R') {
      return super.body(content, part);
    }
    byte[] head = scrambled(Binary.bytes(content, 0, SECTOR), SECTOR);
    if (Binary.u32le(head, 8) != 0) {
      return super.body(content, part);
    }
    // At most 32 MiB, since sizes are 16 bits of sectors.
    byte[] image = Binary.upTo(content, part.offset(), (int) part.length());
    return Body.of(HeapByteSource.of(scrambled(image, SECTOR)));
  }

  /// RC4, begun anew in every block; the same forth and back.
  private static byte[] scrambled(byte[] bytes, int block) {
    byte[] out = new byte[bytes.length];
    int[] state = new int[256];
    for (int from = 0; from < bytes.length; from += block) {
      for (int i = 0; i < 256; i++) {
        state[i] = i;
      }
      for (int i = 0, j = 0; i < 256; i++) {
        j = j + state[i] + KEY[i % KEY.length] & 0xff;
        swap(state, i, j);
      }
      int to = Math.min(from + block, bytes.length);
      for (int at = from, i = 0, j = 0; at < to; at++) {
        i = i + 1 & 0xff;
        j = j + state[i] & 0xff;
        swap(state, i, j);
        out[at] = (byte) (bytes[at] ^ state[state[i] + state[j] & 0xff]);
      }
    }
    return out;
  }

  private static void swap(int[] state, int i, int j) {
    int value = state[i];
    state[i] = state[j];
    state[j] = value;
  }
}
