package io.firmament.analysis.unpack.formats.mcu;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// MCUboot image: header, firmware, and typed values behind it with the digest, the signature, the
/// key's digest and the counter against going back.
public final class McubootFormat implements Format {
  private static final int HEADER = 32;
  private static final int VALUES = 0x6907;
  private static final int PROTECTED_VALUES = 0x6908;
  private static final int ENCRYPTED = 0x4 | 0x8;
  private static final Map<Integer, String> SIGNATURES =
      Map.of(
          0x20, "rsa2048",
          0x21, "ecdsa-p224",
          0x22, "ecdsa",
          0x23, "rsa3072",
          0x24, "ed25519",
          0x25, "ed25519-pure");
  private static final Map<Integer, String> DIGESTS =
      Map.of(0x10, "SHA-256", 0x11, "SHA-384", 0x12, "SHA-512");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "mcuboot",
        "MCUboot image",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.hex(0, "3db8f396")),
        List.of(),
        List.of("signatures are told, not verified", "compressed images stay compressed"),
        List.of("MCUboot docs/design.md"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    int headerSize = Binary.u16le(head, 8);
    int protectedSize = Binary.u16le(head, 10);
    long size = Binary.u32le(head, 12);
    if (headerSize < HEADER || size == 0 || size > 1 << 28) {
      return Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>();
    long flags = Binary.u32le(head, 16);
    meta.put(
        "version",
        "%d.%d.%d+%d"
            .formatted(
                head[20] & 0xff, head[21] & 0xff, Binary.u16le(head, 22), Binary.u32le(head, 24)));
    meta.put("signature", "none");
    meta.put("flags", Long.toHexString(flags));
    ByteSource image = source.slice(start, source.size() - start);
    long end = headerSize + size;
    ByteSource hashed = image.slice(0, end + protectedSize);
    if (protectedSize > 0) {
      end = values(image, end, PROTECTED_VALUES, hashed, meta);
    }
    long behind = values(image, end, VALUES, hashed, meta);
    boolean cut = end < 0 || behind < 0;
    boolean right = "ok".equals(meta.get("digest"));
    boolean encrypted = (flags & ENCRYPTED) != 0;
    if (cut && image.size() > headerSize + size + 4) {
      return Optional.empty();
    }
    return Chunk.sized(
            source, start, cut ? headerSize + size + 4 : behind, right && !encrypted, meta)
        .map(chunk -> encrypted ? chunk.asEncrypted() : chunk);
  }

  /// Reads an area of values; gives its end, or -1 where there is none or it is cut off.
  private static long values(
      ByteSource image, long start, int magic, ByteSource hashed, Map<String, String> meta) {
    byte[] info = Binary.upTo(image, Math.max(start, 0), 4);
    if (start < 0 || info.length < 4 || Binary.u16le(info, 0) != magic) {
      return -1;
    }
    int total = Binary.u16le(info, 2);
    byte[] area = Binary.upTo(image, start, total);
    if (area.length < total) {
      return -1;
    }
    int at = 4;
    while (at + 4 <= total) {
      int type = Binary.u16le(area, at);
      int length = Binary.u16le(area, at + 2);
      if (at + 4 + length > total) {
        return -1;
      }
      value(type, Arrays.copyOfRange(area, at + 4, at + 4 + length), hashed, meta);
      at += 4 + length;
    }
    return start + total;
  }

  private static void value(int type, byte[] value, ByteSource hashed, Map<String, String> meta) {
    String digest = DIGESTS.get(type);
    if (digest != null) {
      boolean right = Arrays.equals(Checksums.digest(digest, hashed), value);
      meta.put("digest", right ? "ok" : "wrong");
    } else if (SIGNATURES.containsKey(type)) {
      meta.put("signature", SIGNATURES.get(type));
    } else if (type == 0x01) {
      meta.put("keyHash", HexFormat.of().formatHex(value));
    } else if (type == 0x50 && value.length == 4) {
      meta.put("securityCounter", Long.toString(Binary.u32le(value, 0)));
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    ByteSource firmware = content.slice(Binary.u16le(content, 8), Binary.u32le(content, 12));
    if (chunk.encrypted()) {
      sink.encrypted("mcuboot: the firmware");
      sink.leaf("firmware.bin", Body.of(firmware));
    } else {
      if ("wrong".equals(chunk.meta().get("digest"))) {
        sink.corrupt("mcuboot: the digest is wrong");
      }
      sink.payload("firmware.bin", Body.of(firmware));
    }
    chunk.requireWhole();
  }
}
