package io.firmament.analysis.unpack.formats.android;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.Checksums;
import io.firmament.analysis.unpack.io.HeapByteSource;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Android Verified Boot metadata. Its digest is checked, and its signature with the public key
/// that it brings along; whether that key is trusted only the device knows.
public final class VbmetaFormat implements Format {
  private static final int HEADER = 256;
  private static final long MOST_BLOCK = 1 << 20;
  private static final int MOST_DESCRIPTORS = 256;
  private static final List<String> ALGORITHMS =
      List.of(
          "NONE",
          "SHA256_RSA2048",
          "SHA256_RSA4096",
          "SHA256_RSA8192",
          "SHA512_RSA2048",
          "SHA512_RSA4096",
          "SHA512_RSA8192");
  private static final List<String> DESCRIPTORS =
      List.of("property", "hashtree", "hash", "kernel-cmdline", "chain-partition");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "vbmeta",
        "Android Verified Boot metadata",
        FormatCard.Kind.DATA,
        List.of(Magic.hex(0, "41564230 00000001")),
        List.of(),
        List.of(
            "the digests of partitions are told, not verified",
            "no tool of Android's was at hand; the fixture is made from the description"),
        List.of("AOSP external/avb/libavb/avb_vbmeta_image.h", "AOSP external/avb/README.md"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    byte[] head = Binary.upTo(source, start, HEADER);
    if (head.length < HEADER) {
      return Optional.empty();
    }
    long authentication = Binary.i64be(head, 12);
    long auxiliary = Binary.i64be(head, 20);
    long algorithm = Binary.u32be(head, 28);
    if (authentication < 0
        || authentication > MOST_BLOCK
        || auxiliary < 0
        || auxiliary > MOST_BLOCK
        || algorithm >= ALGORITHMS.size()
        || (authentication + auxiliary) % 64 != 0) {
      return Optional.empty();
    }
    byte[] auth = Binary.upTo(source, start + HEADER, (int) authentication);
    byte[] aux = Binary.upTo(source, start + HEADER + authentication, (int) auxiliary);
    Map<String, String> meta = new TreeMap<>();
    meta.put("algorithm", ALGORITHMS.get((int) algorithm));
    long flags = Binary.u32be(head, 120);
    meta.put("hashtreeDisabled", Boolean.toString((flags & 1) != 0));
    meta.put("verificationDisabled", Boolean.toString((flags & 2) != 0));
    meta.put("rollbackIndex", Long.toUnsignedString(Binary.i64be(head, 112)));
    meta.put("release", Binary.text(head, 128, 48));
    boolean verified = algorithm != 0 && authenticate(head, auth, aux, meta);
    descriptors(aux, Binary.i64be(head, 96), Binary.i64be(head, 104), meta);
    return Chunk.sized(source, start, HEADER + authentication + auxiliary, verified, meta);
  }

  /// Checks digest and signature over header and auxiliary data; true where the digest is right.
  private static boolean authenticate(
      byte[] head, byte[] auth, byte[] aux, Map<String, String> meta) {
    String digest = Binary.u32be(head, 28) < 4 ? "SHA-256" : "SHA-512";
    byte[] hash = part(auth, Binary.i64be(head, 32), Binary.i64be(head, 40));
    byte[] found = Checksums.digest(digest, HeapByteSource.of(head), HeapByteSource.of(aux));
    boolean right = Arrays.equals(hash, found);
    meta.put("digest", right ? "ok" : "wrong");
    byte[] key = part(aux, Binary.i64be(head, 64), Binary.i64be(head, 72));
    byte[] signature = part(auth, Binary.i64be(head, 48), Binary.i64be(head, 56));
    if (key.length > 0) {
      meta.put(
          "keySha256",
          HexFormat.of().formatHex(Checksums.digest("SHA-256", HeapByteSource.of(key))));
    }
    meta.put("signature", signed(digest, key, signature, head, aux) ? "ok" : "wrong");
    return right;
  }

  /// AvbRSAPublicKeyHeader: bits, n0inv, then the modulus; the exponent is always 65537.
  private static boolean signed(
      String digest, byte[] key, byte[] signature, byte[] head, byte[] aux) {
    if (key.length < 8 || Binary.u32be(key, 0) > 8192 || Binary.u32be(key, 0) < 1024) {
      return false;
    }
    int bytes = (int) Binary.u32be(key, 0) / 8;
    if (key.length < 8 + bytes) {
      return false;
    }
    try {
      BigInteger modulus = new BigInteger(1, Arrays.copyOfRange(key, 8, 8 + bytes));
      Signature verifier = Signature.getInstance(digest.replace("-", "") + "withRSA");
      verifier.initVerify(
          KeyFactory.getInstance("RSA")
              .generatePublic(new RSAPublicKeySpec(modulus, BigInteger.valueOf(65537))));
      verifier.update(head);
      verifier.update(aux);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] part(byte[] block, long offset, long size) {
    return offset < 0 || size < 0 || size > block.length || offset > block.length - size
        ? new byte[0]
        : Arrays.copyOfRange(block, (int) offset, (int) (offset + size));
  }

  /// Each is a tag and the number of bytes that follow, a multiple of eight.
  private static void descriptors(byte[] aux, long offset, long size, Map<String, String> meta) {
    byte[] block = part(aux, offset, size);
    int at = 0;
    int count = 0;
    while (at + 16 <= block.length && count < MOST_DESCRIPTORS) {
      long tag = Binary.i64be(block, at);
      long length = Binary.i64be(block, at + 8);
      if (length < 0 || length > block.length - at - 16) {
        return;
      }
      String kind = tag >= 0 && tag < DESCRIPTORS.size() ? DESCRIPTORS.get((int) tag) : "tag" + tag;
      byte[] body = Arrays.copyOfRange(block, at + 16, (int) (at + 16 + length));
      meta.put("descriptor.%03d".formatted(count++), (kind + " " + name(tag, body)).strip());
      at += 16 + (int) length;
    }
  }

  /// The partition that a descriptor is about, or the property's key; fields from after the length.
  private static String name(long tag, byte[] body) {
    int fixed = tag == 0 ? 16 : tag == 1 ? 164 : tag == 2 ? 116 : tag == 4 ? 76 : -1;
    int length = tag == 0 ? 0 : tag == 1 ? 88 : tag == 2 ? 40 : 4;
    if (fixed < 0 || body.length < fixed) {
      return "";
    }
    long named = tag == 0 ? Binary.i64be(body, 0) : Binary.u32be(body, length);
    return Binary.text(body, fixed, Math.clamp(named, 0, body.length - fixed));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    if ("wrong".equals(chunk.meta().get("digest"))) {
      sink.corrupt("vbmeta: the digest is wrong");
    } else if ("wrong".equals(chunk.meta().get("signature"))) {
      sink.corrupt("vbmeta: the signature is not of the key in it");
    }
    sink.leaf("vbmeta.bin", Body.of(content));
    chunk.requireWhole();
  }
}
