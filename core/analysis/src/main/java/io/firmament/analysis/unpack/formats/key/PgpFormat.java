package io.firmament.analysis.unpack.formats.key;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bouncycastle.util.encoders.Base64;

/// Keys of OpenPGP, in armour or as packets: a key, then the names, signatures and further keys
/// that belong to it, and further keys.
public final class PgpFormat implements Format {
  private static final String SECRET = "-----BEGIN PGP PRIVATE KEY BLOCK-----";
  private static final String PUBLIC = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
  private static final Pattern CUT_OFF =
      Pattern.compile("-----BEGIN PGP [A-Z ]+-----[A-Za-z0-9+/=:.,()@<> \\r\\n-]*");
  /// Ed25519; RSA of 1024, 2048, 3072 and 4096 bits; DSA of 1024 and 2048.
  private static final List<String> PUBLIC_HEADS =
      List.of("9833", "943b", "9458", "988d", "99010d", "99018d", "99020d", "9901a2", "99032e");

  /// RSA of the same sizes without and with a password; numbers may be a bit shorter.
  private static final int[] SECRET_LENGTHS = {
    0x1d8, 0x398, 0x558, 0x718, 0x206, 0x3c6, 0x586, 0x746
  };

  private static final int LONGEST = 1 << 18;
  private static final int SIGNATURE = 2;
  private static final int SECRET_KEY = 5;
  private static final int PUBLIC_KEY = 6;
  private static final int SECRET_SUBKEY = 7;
  private static final int NAME = 13;
  private static final int PUBLIC_SUBKEY = 14;
  private static final int ATTRIBUTE = 17;

  @Override
  public FormatCard card() {
    List<Magic> magics = new ArrayList<>();
    magics.add(Magic.text(0, SECRET));
    magics.add(Magic.text(0, PUBLIC));
    // Tag and length of the usual keys, and version 4: two bytes alone are in any noise.
    for (String head : PUBLIC_HEADS) {
      magics.add(Magic.hex(0, head + "04"));
    }
    for (int length : SECRET_LENGTHS) {
      magics.add(Magic.hex(0, "95%04x04".formatted(length)));
      magics.add(Magic.hex(0, "95%04x04".formatted(length - 1)));
    }
    return new FormatCard(
        "pgp",
        "OpenPGP keys (armoured and binary)",
        FormatCard.Kind.KEY,
        magics,
        List.of(),
        List.of(
            "binary keys are found by the lengths of RSA keys of 1024 to 4096 bits, Ed25519, and"
                + " the usual DSA; keys of versions other than 4 are not found",
            "signatures are not verified"),
        List.of("RFC 9580"));
  }

  /// A packet's kind and where its body is.
  private record Packet(int tag, long body, long end) {
    /// Section 4.2: the older form has one, two or four bytes of length, the newer one to five.
    static Packet read(ByteSource source, long at) throws IOException {
      int head = Binary.u8(source, at);
      if ((head & 0x80) == 0) {
        throw new CorruptException("no packet");
      }
      if ((head & 0x40) == 0) {
        return switch (head & 3) {
          case 0 -> of(head >> 2 & 15, at + 2, Binary.u8(source, at + 1));
          case 1 -> of(head >> 2 & 15, at + 3, Binary.u16be(source, at + 1));
          case 2 -> of(head >> 2 & 15, at + 5, Binary.u32be(source, at + 1));
          default -> throw new CorruptException("a packet without a length");
        };
      }
      int first = Binary.u8(source, at + 1);
      if (first < 192) {
        return of(head & 63, at + 2, first);
      }
      if (first < 224) {
        return of(head & 63, at + 3, ((first - 192) << 8) + Binary.u8(source, at + 2) + 192);
      }
      if (first == 255) {
        return of(head & 63, at + 6, Binary.u32be(source, at + 2));
      }
      throw new CorruptException("a packet in parts");
    }

    private static Packet of(int tag, long body, long length) {
      return new Packet(tag, body, body + length);
    }
  }

  /// What a run of packets is.
  ///
  /// @param named there is a name with a signature
  private record Keys(long end, String key, boolean secret, boolean locked, boolean named) {}

  private static Keys keys(ByteSource source, long start) throws IOException {
    long at = start;
    String key = "";
    boolean secret = false;
    boolean locked = false;
    boolean names = false;
    boolean signed = false;
    while (at < source.size() && at - start < LONGEST) {
      Packet packet;
      try {
        packet = Packet.read(source, at);
      } catch (IOException e) {
        break;
      }
      int tag = packet.tag;
      boolean main = tag == SECRET_KEY || tag == PUBLIC_KEY;
      if (packet.end > source.size()
          || (at == start && !main)
          || (!main && !belongs(source, packet))) {
        break;
      }
      if (main) {
        Optional<String> name = algorithm(source, packet);
        if (name.isEmpty()) {
          break;
        }
        key = key.isEmpty() ? name.get() : key;
        secret |= tag == SECRET_KEY;
        locked |= tag == SECRET_KEY && protection(source, packet) != 0;
      }
      names |= tag == NAME;
      signed |= tag == SIGNATURE && names;
      at = packet.end;
    }
    return new Keys(at, key, secret, locked, signed);
  }

  /// Whether a packet can stand behind a key: a signature of version 3 or 4, a name that is text, a
  /// picture, a key below it.
  private static boolean belongs(ByteSource source, Packet packet) throws IOException {
    long length = packet.end - packet.body;
    return switch (packet.tag) {
      case SIGNATURE -> {
        int version = length < 10 ? 0 : Binary.u8(source, packet.body);
        yield version == 3 || version == 4;
      }
      case NAME -> {
        byte[] name = Binary.upTo(source, packet.body, (int) Math.min(length, 256));
        boolean text = name.length > 0;
        for (byte b : name) {
          text &= b < 0 || b >= ' ';
        }
        yield text;
      }
      case ATTRIBUTE -> length > 2;
      case SECRET_SUBKEY, PUBLIC_SUBKEY -> length > 6 && Binary.u8(source, packet.body) == 4;
      default -> false;
    };
  }

  /// Section 5.5.2: version, time, algorithm, numbers.
  private static Optional<String> algorithm(ByteSource source, Packet packet) throws IOException {
    if (packet.end - packet.body < 20 || Binary.u8(source, packet.body) != 4) {
      return Optional.empty();
    }
    int bits = Binary.u16be(source, packet.body + 6);
    return switch (Binary.u8(source, packet.body + 5)) {
      case 1, 2, 3 -> bits >= 512 && bits <= 16384 ? Optional.of("RSA " + bits) : Optional.empty();
      case 16 -> Optional.of("Elgamal " + bits);
      case 17 -> bits >= 512 && bits <= 8192 ? Optional.of("DSA " + bits) : Optional.empty();
      case 19 -> Optional.of("ECDSA");
      case 22, 27 -> Optional.of("EdDSA");
      default -> Optional.empty();
    };
  }

  /// Section 5.5.3: what stands behind the public numbers; 0 means no password.
  private static int protection(ByteSource source, Packet packet) throws IOException {
    long at = packet.body + 6;
    int algorithm = Binary.u8(source, packet.body + 5);
    int numbers = algorithm == 17 ? 4 : algorithm == 16 ? 3 : algorithm < 4 ? 2 : 1;
    if (algorithm == 19 || algorithm == 22) {
      at += 1 + Binary.u8(source, at);
    }
    for (int i = 0; i < numbers; i++) {
      at += 2 + (Binary.u16be(source, at) + 7) / 8;
    }
    return Binary.u8(source, at);
  }

  /// The packets in armour and where it ends; empty where it is none.
  private static Optional<Keys> armoured(ByteSource source, long start) throws IOException {
    String text = new String(Binary.upTo(source, start, LONGEST), StandardCharsets.ISO_8859_1);
    boolean secret = text.startsWith(SECRET);
    String last = (secret ? SECRET : PUBLIC).replace("BEGIN", "END");
    int end = text.indexOf(last);
    if (end < 0 && text.length() < LONGEST && CUT_OFF.matcher(text).matches()) {
      return Optional.of(new Keys(source.size(), "", secret, false, false));
    }
    String body = text.substring(0, Math.max(end, 0)).replace("\r\n", "\n");
    int from = body.indexOf("\n\n");
    if (from < 0) {
      return Optional.empty();
    }
    String data = body.substring(from).strip();
    int sum = data.lastIndexOf("\n=");
    byte[] packets;
    try {
      packets = Base64.decode(sum < 0 ? data : data.substring(0, sum));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
    Keys keys = keys(HeapByteSource.of(packets), 0);
    int close = end + last.length();
    close += text.startsWith("\r\n", close) ? 2 : text.startsWith("\n", close) ? 1 : 0;
    return keys.key.isEmpty()
        ? Optional.empty()
        : Optional.of(new Keys(start + close, keys.key, keys.secret, keys.locked, true));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    try {
      Optional<Keys> found =
          Binary.u8(source, start) == '-'
              ? armoured(source, start)
              : Optional.of(keys(source, start)).filter(keys -> keys.named);
      if (found.isPresent() && found.get().key.isEmpty()) {
        return Optional.of(Chunk.of(start, found.get().end, Confidence.LOW));
      }
      return found.map(
          keys -> {
            Map<String, String> meta = new TreeMap<>();
            meta.put("content", keys.secret ? "private key" : "public key");
            meta.put("key", keys.key);
            return new Chunk(start, keys.end, Confidence.HIGH, keys.locked, meta);
          });
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf(Binary.u8(content, 0) == '-' ? "key.asc" : "key.pgp", Body.of(content));
    chunk.requireWhole();
  }
}
