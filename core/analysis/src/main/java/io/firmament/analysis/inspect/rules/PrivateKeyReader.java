package io.firmament.analysis.inspect.rules;

import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.DSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.DSAPublicKeyParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed448PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.OpenSSHPrivateKeyUtil;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/// Parses private keys; what does not parse is no key.
final class PrivateKeyReader {
  private static final int LONGEST_NUMBER = 4096;
  private static final int MOST_TRIED_BITS = 4096;

  private PrivateKeyReader() {}

  /// A key that parsed.
  ///
  /// @param fingerprint SHA-256 of the subject public key info; empty for an encrypted key
  record Key(String format, String algorithm, Optional<String> fingerprint) {
    boolean encrypted() {
      return format.endsWith("encrypted");
    }
  }

  /// One PEM block, from its BEGIN to its END line.
  static Optional<Key> pem(String block) {
    try {
      return block.startsWith("-----BEGIN OPENSSH ") ? openSsh(block) : classic(block);
    } catch (IOException | RuntimeException e) {
      // Bouncy Castle answers malformed input with many kinds of exception; all mean: not a key.
      return Optional.empty();
    }
  }

  /// A file in DER: PKCS#8, plain or encrypted, PKCS#1, or SEC 1.
  static Optional<Key> der(byte[] file) {
    try {
      return Optional.of(key("PKCS#8 DER", PrivateKeyFactory.createKey(file)));
    } catch (IOException | RuntimeException e) {
      return encryptedDer(file).or(() -> rsaDer(file)).or(() -> ecDer(file));
    }
  }

  private static Optional<Key> encryptedDer(byte[] file) {
    try {
      new PKCS8EncryptedPrivateKeyInfo(file);
      return Optional.of(new Key("PKCS#8 DER, encrypted", "unknown", Optional.empty()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /// RFC 5915 with the curve named in it.
  private static Optional<Key> ecDer(byte[] file) {
    try {
      org.bouncycastle.asn1.sec.ECPrivateKey ec =
          org.bouncycastle.asn1.sec.ECPrivateKey.getInstance(file);
      AlgorithmIdentifier kind =
          new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ec.getParametersObject());
      return Optional.of(
          key("SEC 1 DER", PrivateKeyFactory.createKey(new PrivateKeyInfo(kind, ec))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Key> rsaDer(byte[] file) {
    try {
      RSAPrivateKey rsa = RSAPrivateKey.getInstance(file);
      AlgorithmIdentifier kind = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption);
      return Optional.of(
          key("PKCS#1 DER", PrivateKeyFactory.createKey(new PrivateKeyInfo(kind, rsa))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /// A PuTTY key file: a text of `Name: value` lines. The key itself is not worked out.
  static Optional<Key> putty(String text) {
    String kind = line(text, "PuTTY-User-Key-File-[123]: (\\S+)");
    String cipher = line(text, "Encryption: (\\S+)");
    boolean whole = !kind.isEmpty() && !line(text, "Private-Lines: (\\d+)").isEmpty();
    if (!whole || cipher.isEmpty()) {
      return Optional.empty();
    }
    String format = cipher.equals("none") ? "PuTTY" : "PuTTY, encrypted";
    return Optional.of(new Key(format, kind, Optional.empty()));
  }

  private static String line(String text, String pattern) {
    java.util.regex.Matcher matcher =
        java.util.regex.Pattern.compile("(?m)^" + pattern).matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static Optional<Key> classic(String block) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(block))) {
      Object parsed = parser.readObject();
      if (parsed instanceof PEMKeyPair pair) {
        return Optional.of(key("PEM", PrivateKeyFactory.createKey(pair.getPrivateKeyInfo())));
      }
      if (parsed instanceof PrivateKeyInfo info) {
        return Optional.of(key("PKCS#8", PrivateKeyFactory.createKey(info)));
      }
      if (parsed instanceof PEMEncryptedKeyPair) {
        return Optional.of(new Key("PEM, encrypted", "unknown", Optional.empty()));
      }
      return parsed instanceof PKCS8EncryptedPrivateKeyInfo
          ? Optional.of(new Key("PKCS#8, encrypted", "unknown", Optional.empty()))
          : Optional.empty();
    }
  }

  /// PROTOCOL.key: "openssh-key-v1" NUL, string ciphername, string kdfname, ...
  private static Optional<Key> openSsh(String block) throws IOException {
    try (PemReader reader = new PemReader(new StringReader(block))) {
      PemObject object = reader.readPemObject();
      if (object == null) {
        return Optional.empty();
      }
      ByteBuffer content = ByteBuffer.wrap(object.getContent());
      byte[] magic = new byte[15];
      content.get(magic);
      String cipher = new String(string(content), StandardCharsets.US_ASCII);
      if (!new String(magic, StandardCharsets.US_ASCII).equals("openssh-key-v1\0")) {
        return Optional.empty();
      }
      return cipher.equals("none")
          ? Optional.of(
              key("OpenSSH", OpenSSHPrivateKeyUtil.parsePrivateKeyBlob(object.getContent())))
          : Optional.of(new Key("OpenSSH, encrypted", "unknown", Optional.empty()));
    }
  }

  private static Key key(String format, AsymmetricKeyParameter secret) throws IOException {
    return switch (secret) {
      case RSAPrivateCrtKeyParameters rsa when !belongTogether(rsa) ->
          throw new IOException("numbers that do not belong together");
      case RSAPrivateCrtKeyParameters rsa ->
          found(
              format,
              "RSA " + rsa.getModulus().bitLength(),
              new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent()));
      case ECPrivateKeyParameters ec ->
          found(
              format,
              "EC " + ec.getParameters().getCurve().getFieldSize(),
              new ECPublicKeyParameters(
                  ec.getParameters().getG().multiply(ec.getD()), ec.getParameters()));
      case DSAPrivateKeyParameters dsa ->
          found(
              format,
              "DSA " + dsa.getParameters().getP().bitLength(),
              new DSAPublicKeyParameters(
                  dsa.getParameters().getG().modPow(dsa.getX(), dsa.getParameters().getP()),
                  dsa.getParameters()));
      case Ed25519PrivateKeyParameters ed -> found(format, "Ed25519", ed.generatePublicKey());
      case Ed448PrivateKeyParameters ed -> found(format, "Ed448", ed.generatePublicKey());
      default -> throw new IOException("a kind of key that is not known");
    };
  }

  private static Key found(String format, String algorithm, AsymmetricKeyParameter open)
      throws IOException {
    return new Key(
        format,
        algorithm,
        Optional.of(fingerprint(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(open))));
  }

  /// p*q = n, and m^(e*d) = m (mod n); of a key that is too large to try the latter is taken to
  /// hold.
  private static boolean belongTogether(RSAPrivateCrtKeyParameters rsa) {
    BigInteger n = rsa.getModulus();
    BigInteger two = BigInteger.TWO;
    return rsa.getP().multiply(rsa.getQ()).equals(n)
        && (n.bitLength() > MOST_TRIED_BITS
            || two.modPow(rsa.getPublicExponent(), n).modPow(rsa.getExponent(), n).equals(two));
  }

  static String fingerprint(SubjectPublicKeyInfo info) throws IOException {
    return Sha256.of(info.getEncoded()).hex();
  }

  /// Dropbear's own format: the public key as on the wire, then the secret numbers.
  static Optional<Key> dropbear(byte[] file) {
    try {
      ByteBuffer content = ByteBuffer.wrap(file);
      String kind = new String(string(content), StandardCharsets.US_ASCII);
      return switch (kind) {
        case "ssh-rsa" -> dropbearRsa(content);
        case "ssh-ed25519" -> dropbearEd25519(content);
        case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" ->
            dropbearEcdsa(kind, content);
        default -> Optional.empty();
      };
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Key> dropbearRsa(ByteBuffer content) throws IOException {
    BigInteger e = new BigInteger(string(content));
    BigInteger n = new BigInteger(string(content));
    BigInteger d = new BigInteger(string(content));
    // Proof that the numbers belong together: m^(e*d) = m (mod n).
    BigInteger probe = BigInteger.TWO;
    boolean holds =
        n.signum() > 0 && d.signum() > 0 && probe.modPow(e, n).modPow(d, n).equals(probe);
    return holds
        ? Optional.of(found("dropbear", "RSA " + n.bitLength(), new RSAKeyParameters(false, n, e)))
        : Optional.empty();
  }

  private static Optional<Key> dropbearEd25519(ByteBuffer content) throws IOException {
    byte[] pair = string(content);
    return pair.length == 64
        ? Optional.of(key("dropbear", new Ed25519PrivateKeyParameters(pair, 0)))
        : Optional.empty();
  }

  private static Optional<Key> dropbearEcdsa(String kind, ByteBuffer content) throws IOException {
    String curve = new String(string(content), StandardCharsets.US_ASCII);
    byte[] point = string(content);
    BigInteger secret = new BigInteger(string(content));
    boolean whole =
        kind.endsWith(curve) && point.length > 64 && point[0] == 4 && secret.signum() > 0;
    return whole
        ? Optional.of(
            new Key(
                "dropbear",
                "EC " + curve.replace("nistp", ""),
                Optional.of(Sha256.of(point).hex())))
        : Optional.empty();
  }

  private static byte[] string(ByteBuffer from) throws IOException {
    int length = from.getInt();
    if (length < 0 || length > LONGEST_NUMBER || length > from.remaining()) {
      throw new IOException("a length past the end");
    }
    byte[] text = new byte[length];
    from.get(text);
    return text;
  }
}
