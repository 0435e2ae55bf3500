package io.firmament.analysis.unpack.formats.key;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/// Keys and certificates in PEM, one after the other: those of X.509 and PKCS, and of OpenSSH. What
/// does not parse is none.
public final class PemFormat implements Format {
  private static final byte[] BEGIN = Binary.ascii("-----BEGIN ");
  private static final int LONGEST = 1 << 16;
  private static final int MOST = 1000;
  private static final Pattern CUT_OFF =
      Pattern.compile("-----BEGIN [A-Z0-9 ]{1,40}(?:-{1,5}[A-Za-z0-9+/=:, \\r\\n-]*)?");
  private static final String OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----";
  private static final byte[] OPENSSH_MARK = Binary.ascii("openssh-key-v1\0");

  @Override
  public FormatCard card() {
    return new FormatCard(
        "pem",
        "Keys and certificates in PEM (X.509, PKCS#1, PKCS#8, OpenSSH)",
        FormatCard.Kind.KEY,
        List.of(
            Magic.text(0, "-----BEGIN C"),
            Magic.text(0, "-----BEGIN DSA P"),
            Magic.text(0, "-----BEGIN EC P"),
            Magic.text(0, "-----BEGIN ENC"),
            Magic.text(0, "-----BEGIN NEW"),
            Magic.text(0, "-----BEGIN OPE"),
            Magic.text(0, "-----BEGIN P"),
            Magic.text(0, "-----BEGIN RSA P"),
            Magic.text(0, "-----BEGIN T"),
            Magic.text(0, "-----BEGIN X509")),
        List.of(),
        List.of("other text between blocks ends them"),
        List.of("RFC 7468", "OpenSSH PROTOCOL.key"));
  }

  /// A block and where it ends, its line end included.
  private record Block(Material material, long end) {}

  private static Optional<Block> block(ByteSource source, long start) {
    String text = new String(Binary.upTo(source, start, LONGEST), StandardCharsets.ISO_8859_1);
    int label = text.indexOf("-----", BEGIN.length);
    if (!text.startsWith("-----BEGIN ") || label < 0 || label > 64) {
      return Optional.empty();
    }
    String last = "-----END " + text.substring(BEGIN.length, label) + "-----";
    int end = text.indexOf(last, label);
    if (end < 0) {
      return Optional.empty();
    }
    int close = end + last.length();
    while (close < text.length() && (text.charAt(close) == '\r' || text.charAt(close) == '\n')) {
      close++;
      if (text.charAt(close - 1) == '\n') {
        break;
      }
    }
    long whole = start + close;
    return material(text.substring(0, end + last.length()) + "\n")
        .map(material -> new Block(material, whole));
  }

  private static Optional<Material> material(String block) {
    try {
      return block.startsWith(OPENSSH) ? openSsh(block) : classic(block);
    } catch (IOException | RuntimeException e) {
      // Bouncy Castle answers malformed input with many kinds of exception; all mean: no such
      // block.
      return Optional.empty();
    }
  }

  private static Optional<Material> classic(String block) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(block))) {
      return switch (parser.readObject()) {
        case X509CertificateHolder certificate -> Optional.of(Material.of(certificate));
        case X509TrustedCertificateBlock trusted ->
            Optional.of(Material.of(trusted.getCertificateHolder()));
        case PEMKeyPair pair -> Optional.of(Material.of(pair.getPrivateKeyInfo()));
        case PrivateKeyInfo info -> Optional.of(Material.of(info));
        case SubjectPublicKeyInfo info -> Optional.of(Material.of(info));
        case PEMEncryptedKeyPair _ -> Optional.of(Material.encrypted("private key"));
        case PKCS8EncryptedPrivateKeyInfo _ -> Optional.of(Material.encrypted("private key"));
        case PKCS10CertificationRequest request ->
            Optional.of(
                new Material(
                    "certification request",
                    false,
                    Material.of(request.getSubjectPublicKeyInfo()).facts()));
        case X509CRLHolder _ -> Optional.of(Material.plain("revocation list"));
        case null, default -> Optional.empty();
      };
    }
  }

  /// A mark, then the name of the cipher, which is `none` where there is no password.
  private static Optional<Material> openSsh(String block) throws IOException {
    try (PemReader reader = new PemReader(new StringReader(block))) {
      PemObject object = reader.readPemObject();
      byte[] content = object == null ? new byte[0] : object.getContent();
      ByteBuffer in = ByteBuffer.wrap(content);
      byte[] mark = new byte[OPENSSH_MARK.length];
      in.get(mark);
      byte[] cipher = new byte[Math.clamp(in.getInt(), 0, 64)];
      in.get(cipher);
      if (!java.util.Arrays.equals(mark, OPENSSH_MARK)) {
        return Optional.empty();
      }
      return Optional.of(
          new String(cipher, StandardCharsets.US_ASCII).equals("none")
              ? Material.of("private key", OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(content))
              : Material.encrypted("private key"));
    }
  }

  /// A label and nothing but what may stand in a block up to the end of the source.
  private static boolean isCutOff(ByteSource source, long start) {
    byte[] rest = Binary.upTo(source, start, LONGEST);
    String text = new String(rest, StandardCharsets.ISO_8859_1);
    return rest.length < LONGEST && CUT_OFF.matcher(text).matches();
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    Optional<Block> first = block(source, start);
    if (first.isEmpty()) {
      return isCutOff(source, start)
          ? Optional.of(Chunk.of(start, source.size(), Confidence.LOW))
          : Optional.empty();
    }
    Map<String, String> meta = new TreeMap<>(first.get().material.meta());
    boolean encrypted = first.get().material.encrypted();
    long end = first.get().end;
    int count = 1;
    for (Optional<Block> next = block(source, end);
        next.isPresent() && count < MOST;
        next = block(source, end)) {
      end = next.get().end;
      encrypted |= next.get().material.encrypted();
      count++;
    }
    if (count > 1) {
      meta.put("blocks", Integer.toString(count));
    }
    return Optional.of(new Chunk(start, end, Confidence.HIGH, encrypted, meta));
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    sink.leaf("key.pem", Body.of(content));
    chunk.requireWhole();
  }
}
