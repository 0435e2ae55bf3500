package io.firmament.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;

/// A key in memory or in a file that only its owner can read; for laptops and tests.
public final class SoftwareSigner implements Signer {
  private static final String PUBLIC_KEY = "PUBLIC KEY";

  private final SignatureAlgorithm algorithm;
  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  /// @param keys on P-256
  public SoftwareSigner(KeyPair keys) {
    this(SignatureAlgorithm.ECDSA_P256_SHA256, keys);
  }

  private SoftwareSigner(SignatureAlgorithm algorithm, KeyPair keys) {
    this.algorithm = algorithm;
    this.privateKey = keys.getPrivate();
    this.publicKey = keys.getPublic();
  }

  /// A new P-256 key that is not kept.
  public static SoftwareSigner generate() {
    return generate(SignatureAlgorithm.ECDSA_P256_SHA256);
  }

  /// A new key that is not kept.
  public static SoftwareSigner generate(SignatureAlgorithm algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.keyName());
      if (algorithm == SignatureAlgorithm.ECDSA_P256_SHA256) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      return new SoftwareSigner(algorithm, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256 and Ed25519", e);
    }
  }

  /// The P-256 key of a file, as [#inFile(Path, SignatureAlgorithm)] says.
  public static SoftwareSigner inFile(Path file) throws IOException {
    return inFile(file, SignatureAlgorithm.ECDSA_P256_SHA256);
  }

  /// The key of a file; where there is none, a new one, written with mode 0600.
  ///
  /// The file is there whole or not at all, and of two processes that start at once both get the
  /// same key.
  public static SoftwareSigner inFile(Path file, SignatureAlgorithm algorithm) throws IOException {
    if (!Files.exists(file)) {
      write(file, generate(algorithm));
    }
    try {
      return read(Files.readString(file, StandardCharsets.US_ASCII), algorithm);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no key pair for " + algorithm, e);
    }
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return algorithm;
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance(algorithm().javaName());
      signature.initSign(privateKey);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key signs anything", e);
    }
  }

  private static SoftwareSigner read(String pem, SignatureAlgorithm algorithm)
      throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance(algorithm.keyName());
    byte[] privateDer = block(Pem.PRIVATE_KEY, pem);
    byte[] publicDer = block(PUBLIC_KEY, pem);
    return new SoftwareSigner(
        algorithm,
        new KeyPair(
            factory.generatePublic(new X509EncodedKeySpec(publicDer)),
            factory.generatePrivate(new PKCS8EncodedKeySpec(privateDer))));
  }

  private static byte[] block(String label, String pem) throws GeneralSecurityException {
    return Pem.decode(label, pem)
        .orElseThrow(() -> new GeneralSecurityException("no " + label + " block"));
  }

  private static void write(Path file, SoftwareSigner signer) throws IOException {
    String pem =
        Pem.encode(Pem.PRIVATE_KEY, signer.privateKey.getEncoded())
            + Pem.encode(PUBLIC_KEY, signer.publicKey.getEncoded());
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path temporary =
        Files.createTempFile(
            folder,
            ".key",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (FileChannel channel = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
        channel.write(ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      // A hard link fails where the name exists, so the first writer wins; a move would not.
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      // The other process's key is the key.
    } catch (UnsupportedOperationException e) {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
