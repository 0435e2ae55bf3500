package io.firmament.analysis.inspect.rules;

import io.firmament.analysis.inspect.Content;
import io.firmament.analysis.inspect.Literal;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.util.encoders.Base64;

/// The private keys and the certificates in one content.
record KeyMaterial(List<Secret> secrets, List<Certificate> certificates) {
  static final String PEM = "-----BEGIN ";
  static final String PUTTY = "PuTTY-User-Key-File-";

  /// EFI_CERT_X509_GUID, UEFI Specification 2.10 section 32.4.1, as it is stored.
  static final String UEFI_X509 = Literal.hex("a159c0a5 e494 a74a 87b5 ab155c2bf072");

  /// How private keys in DER go on behind their head, and how far it is from their start: PKCS#1,
  /// PKCS#8 of RSA and of EC, SEC 1 with P-256.
  private static final Map<String, List<Integer>> DER =
      Map.of(
          Literal.hex("020100 0282"), List.of(4),
          Literal.hex("020100 300d 06092a864886f70d010101"), List.of(4),
          Literal.hex("020100 3013 06072a8648ce3d0201"), List.of(2, 3),
          Literal.hex("30770201010420"), List.of(0));

  static final List<String> ANCHORS =
      Stream.concat(Stream.of(PEM, PUTTY, UEFI_X509), DER.keySet().stream().sorted()).toList();

  private static final int LONGEST_BLOCK = 1 << 14;
  private static final int LONGEST_FILE = 1 << 14;
  private static final int LONGEST_HOST_KEY = 4096;
  private static final int MOST_INSIDE = 64;

  KeyMaterial {
    secrets = List.copyOf(secrets);
    certificates = List.copyOf(certificates);
  }

  /// A private key that parsed.
  ///
  /// @param evidence what it is known by: its fingerprint, else the SHA-256 of how it is written
  record Secret(PrivateKeyReader.Key key, long offset, String evidence) {}

  /// A certificate that parsed.
  ///
  /// @param sha256 of the certificate
  /// @param fingerprint SHA-256 of its subject public key info
  record Certificate(
      X509CertificateHolder holder, long offset, String sha256, String fingerprint) {}

  static KeyMaterial of(Content content) {
    return content.derived(KeyMaterial.class, KeyMaterial::read);
  }

  private static KeyMaterial read(Content content) {
    List<Secret> secrets = new ArrayList<>();
    List<Certificate> certificates = new ArrayList<>();
    for (long offset : content.at(PEM)) {
      String block = block(content, offset);
      if (block.contains("PRIVATE KEY-----")) {
        PrivateKeyReader.pem(block).ifPresent(key -> secrets.add(secret(key, offset, block)));
      } else if (block.startsWith("-----BEGIN CERTIFICATE-----")
          || block.startsWith("-----BEGIN TRUSTED CERTIFICATE-----")) {
        pemCertificate(block, offset).ifPresent(certificates::add);
      }
    }
    for (long offset : content.at(PUTTY)) {
      String text = content.latin(offset, LONGEST_BLOCK);
      PrivateKeyReader.putty(text).ifPresent(key -> secrets.add(secret(key, offset, text)));
    }
    for (long offset : content.at(UEFI_X509)) {
      signatureList(content, offset).ifPresent(certificates::add);
    }
    if (content.elf().isEmpty() && content.blob().content().size() <= LONGEST_FILE) {
      wholeFile(content, secrets, certificates);
    }
    DER.forEach(
        (anchor, distances) -> {
          for (long at : content.at(anchor).stream().limit(MOST_INSIDE).toList()) {
            for (int distance : distances) {
              inside(content, at - distance).ifPresent(secrets::add);
            }
          }
        });
    return new KeyMaterial(secrets, certificates);
  }

  private static Secret secret(PrivateKeyReader.Key key, long offset, String text) {
    String written = Sha256.of(text.getBytes(StandardCharsets.ISO_8859_1)).hex();
    return new Secret(key, offset, key.fingerprint().orElse(written));
  }

  private static void wholeFile(
      Content content, List<Secret> secrets, List<Certificate> certificates) {
    byte[] file = content.blob().head(LONGEST_FILE);
    String digest = content.blob().sha256().hex();
    if (file.length <= LONGEST_HOST_KEY) {
      PrivateKeyReader.dropbear(file)
          .ifPresent(key -> secrets.add(new Secret(key, 0, key.fingerprint().orElse(digest))));
    }
    if (isDer(file)) {
      Optional<Certificate> certificate = certificate(file, 0);
      certificate.ifPresent(certificates::add);
      if (certificate.isEmpty()) {
        PrivateKeyReader.der(file)
            .ifPresent(key -> secrets.add(new Secret(key, 0, key.fingerprint().orElse(digest))));
      }
    }
  }

  /// A private key in DER behind the start of a program or of data.
  private static Optional<Secret> inside(Content content, long at) {
    byte[] head = content.bytes(at, 4);
    if (at <= 0 || head.length < 4 || head[0] != 0x30) {
      return Optional.empty();
    }
    int length =
        switch (head[1] & 0xff) {
          case 0x81 -> 3 + (head[2] & 0xff);
          case 0x82 -> 4 + ((head[2] & 0xff) << 8 | (head[3] & 0xff));
          default -> 2 + (head[1] & 0x7f);
        };
    byte[] der = content.bytes(at, length);
    return length > LONGEST_FILE || der.length < length
        ? Optional.empty()
        : PrivateKeyReader.der(der)
            .filter(key -> key.fingerprint().isPresent())
            .map(key -> new Secret(key, at, key.fingerprint().orElseThrow()));
  }

  /// A SEQUENCE that is exactly as long as the file.
  private static boolean isDer(byte[] file) {
    if (file.length < 48 || file[0] != 0x30) {
      return false;
    }
    int form = file[1] & 0xff;
    int length =
        switch (form) {
          case 0x81 -> 3 + (file[2] & 0xff);
          case 0x82 -> 4 + ((file[2] & 0xff) << 8 | (file[3] & 0xff));
          default -> 2 + form;
        };
    return length == file.length;
  }

  /// The text from BEGIN to the end of the END line; empty where that is missing.
  private static String block(Content content, long offset) {
    String text = content.latin(offset, LONGEST_BLOCK);
    int label = text.indexOf("-----", PEM.length());
    int end = label < 0 ? -1 : text.indexOf("-----END " + text.substring(PEM.length(), label));
    int close = end < 0 ? -1 : text.indexOf("-----", end + 9);
    return close < 0 ? "" : text.substring(0, close + 5) + "\n";
  }

  private static Optional<Certificate> pemCertificate(String block, long offset) {
    try {
      int from = block.indexOf('\n');
      int to = block.indexOf("-----END ");
      byte[] decoded = from < 0 ? new byte[0] : Base64.decode(block.substring(from, to).strip());
      return certificate(decoded, offset);
    } catch (RuntimeException e) {
      // Bouncy Castle's decoder has its own kinds of exception; all mean: no certificate.
      return Optional.empty();
    }
  }

  private static Optional<Certificate> certificate(byte[] encoded, long offset) {
    try {
      X509CertificateHolder holder = new X509CertificateHolder(encoded);
      String fingerprint = PrivateKeyReader.fingerprint(holder.getSubjectPublicKeyInfo());
      return Optional.of(
          new Certificate(holder, offset, Sha256.of(holder.getEncoded()).hex(), fingerprint));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /// EFI_SIGNATURE_LIST: type (16), list size, header size, signature size, header, then each
  /// signature: owner (16) and a certificate. The first is read.
  private static Optional<Certificate> signatureList(Content content, long offset) {
    ByteBuffer head = ByteBuffer.wrap(content.bytes(offset, 28)).order(ByteOrder.LITTLE_ENDIAN);
    if (head.limit() < 28) {
      return Optional.empty();
    }
    long list = head.getInt(16) & 0xffffffffL;
    long header = head.getInt(20) & 0xffffffffL;
    long size = head.getInt(24) & 0xffffffffL;
    if (size <= 16 || size > LONGEST_BLOCK || header > LONGEST_BLOCK || list < 28 + header + size) {
      return Optional.empty();
    }
    long at = offset + 28 + header + 16;
    return certificate(content.bytes(at, (int) size - 16), at);
  }
}
