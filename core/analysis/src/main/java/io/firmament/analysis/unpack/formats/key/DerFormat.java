package io.firmament.analysis.unpack.formats.key;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/// A certificate or a private key in DER. The whole of it must parse.
public final class DerFormat implements Format {
  private static final int LONGEST = 1 << 16;

  @Override
  public FormatCard card() {
    return new FormatCard(
        "der",
        "Key or certificate in DER (X.509, PKCS#1, PKCS#8, SEC 1)",
        FormatCard.Kind.KEY,
        List.of(
            Magic.hex(8, "a003020102 02"),
            Magic.hex(7, "a003020102 02"),
            Magic.hex(4, "020100 0282"),
            Magic.hex(4, "020100 0281"),
            Magic.hex(4, "020100 300d 06092a864886f70d010101"),
            Magic.hex(3, "020100 3013 06072a8648ce3d0201"),
            Magic.hex(0, "302e020100300506032b6570"),
            Magic.hex(0, "30770201010420"),
            Magic.hex(6, "06092a864886f70d01050d")),
        List.of(),
        List.of(
            "certificates of versions 1 and 2, keys encrypted by other schemes than PBES2, and"
                + " public keys alone are not looked for"),
        List.of("ITU-T X.690", "RFC 5280", "RFC 5958", "RFC 8017", "RFC 5915"));
  }

  /// How long a SEQUENCE with a definite length is, its head included; 0 where there is none.
  static long length(ByteSource source, long at) {
    byte[] head = Binary.upTo(source, at, 5);
    if (head.length < 5 || head[0] != 0x30) {
      return 0;
    }
    return switch (head[1] & 0xff) {
      case 0x81 -> 3L + (head[2] & 0xff);
      case 0x82 -> 4L + Binary.u16be(head, 2);
      case 0x83 -> 5L + ((long) Binary.u16be(head, 2) << 8 | (head[4] & 0xff));
      default -> head[1] > 0 ? 2L + head[1] : 0;
    };
  }

  private static Optional<Material> material(byte[] der) {
    try {
      ASN1Sequence sequence = ASN1Sequence.getInstance(der);
      if (sequence.size() == 3 && sequence.getObjectAt(0) instanceof ASN1Sequence) {
        return Optional.of(Material.of(new X509CertificateHolder(der)));
      }
      if (sequence.size() == 2) {
        new PKCS8EncryptedPrivateKeyInfo(der);
        return Optional.of(Material.encrypted("private key"));
      }
      if (sequence.size() >= 9) {
        RSAPrivateKey rsa = RSAPrivateKey.getInstance(sequence);
        AlgorithmIdentifier kind = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption);
        return Optional.of(Material.of(new PrivateKeyInfo(kind, rsa)));
      }
      if (sequence.getObjectAt(1) instanceof ASN1Sequence) {
        return Optional.of(Material.of(PrivateKeyInfo.getInstance(sequence)));
      }
      ECPrivateKey ec = ECPrivateKey.getInstance(sequence);
      AlgorithmIdentifier kind =
          new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ec.getParametersObject());
      return Optional.of(Material.of(new PrivateKeyInfo(kind, ec)));
    } catch (IOException | RuntimeException e) {
      // Bouncy Castle answers malformed input with many kinds of exception; all mean: nothing here.
      return Optional.empty();
    }
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    long length = length(source, start);
    if (length < 32 || length > LONGEST) {
      return Optional.empty();
    }
    try {
      byte[] der = Binary.bytes(source, start, (int) length);
      return material(der)
          .map(
              found ->
                  new Chunk(
                      start, start + length, Confidence.HIGH, found.encrypted(), found.meta()));
    } catch (TruncatedException e) {
      return Optional.empty();
    }
  }

  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    boolean certificate = "certificate".equals(chunk.meta().get("content"));
    sink.leaf(certificate ? "certificate.der" : "key.der", Body.of(content));
  }
}
