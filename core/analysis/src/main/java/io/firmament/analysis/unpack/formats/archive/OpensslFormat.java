package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.formats.vendor.Aes;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `openssl enc` wrote with a password: a mark, eight bytes of salt, and the encrypted data.
/// The passwords of Foscam's cameras are publicly known and are tried.
public final class OpensslFormat implements Format {
  private static final int HEADER = 16;
  private static final int BLOCK = 16;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8};

  private static final List<String> STEMS =
      List.of("xift*", "yift*", "zift*", "eift*", "T8Nk*", "ti1f*", "tf1g*");
  private static final List<String> OTHERS =
      List.of("BpP+2R9*Q", "U0i*P2jK_", "M0i*P2jK_", "Ak47@99", "rizhi6789", "foscam");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "openssl-enc",
        "Data encrypted by openssl enc (Foscam images are decrypted)",
        FormatCard.Kind.WRAPPER,
        List.of(Magic.text(0, "Salted__")),
        List.of(),
        List.of(
            "at the start of a blob only, and to its end",
            "AES-128-CBC with MD5, as Foscam has it, and gzip within; all else stays encrypted",
            "never tried on a real image"),
        List.of("openssl-enc(1)", "EVP_BytesToKey(3)"));
  }

  /// Key and first vector.
  private record Secret(byte[] key, byte[] vector) {
    /// EVP_BytesToKey: each digest is of the one before, the password and the salt.
    static Secret of(String password, byte[] salt) {
      MessageDigest md5 = md5();
      md5.update(Binary.ascii(password));
      byte[] key = md5.digest(salt);
      md5.update(key);
      md5.update(Binary.ascii(password));
      return new Secret(key, md5.digest(salt));
    }

    private static MessageDigest md5() {
      try {
        return MessageDigest.getInstance("MD5");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// The secret that gives a gzip stream.
  private static @Nullable Secret known(ByteSource blob) throws IOException {
    byte[] salt = Binary.bytes(blob, 8, 8);
    ByteSource first = blob.slice(HEADER, BLOCK);
    for (String stem : STEMS) {
      for (String before : List.of("W", "WW", "P", "PP", "X", "XX", "K", "KK")) {
        for (String behind : List.of("", "v2")) {
          Secret secret = Secret.of(before + stem + behind, salt);
          if (fits(first, secret)) {
            return secret;
          }
        }
      }
    }
    for (String password : OTHERS) {
      Secret secret = Secret.of(password, salt);
      if (fits(first, secret)) {
        return secret;
      }
    }
    return null;
  }

  private static boolean fits(ByteSource first, Secret secret) throws IOException {
    try (InputStream in = Aes.cbc(first, secret.key, secret.vector, GZIP.length)) {
      return java.util.Arrays.equals(in.readNBytes(GZIP.length), GZIP);
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    if (start != 0 || source.size() < HEADER + BLOCK) {
      return Optional.empty();
    }
    try {
      boolean open = known(source) != null;
      Confidence confidence = open ? Confidence.HIGH : Confidence.MEDIUM;
      Map<String, String> meta =
          open ? Map.of("encryption", "AES-128-CBC, public password") : Map.of();
      return Optional.of(new Chunk(0, source.size(), confidence, !open, meta));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    Secret secret = known(content);
    long size = content.size() - HEADER;
    if (secret == null) {
      sink.leaf("encrypted.bin", Body.of(content));
      sink.encrypted("openssl-enc: the password is not known");
    } else {
      long whole = size / BLOCK * BLOCK;
      ByteSource data = content.slice(HEADER, whole);
      byte[] vector = whole == BLOCK ? secret.vector : Binary.bytes(data, whole - 2 * BLOCK, BLOCK);
      byte[] last;
      try (InputStream in = Aes.cbc(data.slice(whole - BLOCK, BLOCK), secret.key, vector, BLOCK)) {
        last = in.readNBytes(BLOCK);
      }
      int padding = last[BLOCK - 1];
      boolean right = padding > 0 && padding <= BLOCK;
      long plain = right ? whole - padding : whole;
      sink.payload("", Body.decoded(() -> Aes.cbc(data, secret.key, secret.vector, plain)));
      if (!right && whole == size) {
        throw new CorruptException("the padding is wrong; the data is cut off or damaged");
      }
    }
    if (size % BLOCK != 0) {
      throw new TruncatedException("the last block is cut off");
    }
  }
}
