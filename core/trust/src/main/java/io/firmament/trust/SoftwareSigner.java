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

/// A P-256 key in memory or in a file that only its owner can read; for laptops and tests.
public final class SoftwareSigner implements Signer {
  private static final String PUBLIC_KEY = "PUBLIC KEY";

  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  public SoftwareSigner(KeyPair keys) {
    this.privateKey = keys.getPrivate();
    this.publicKey = keys.getPublic();
  }

  /// A new key that is not kept.
  public static SoftwareSigner generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new SoftwareSigner(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  /// The key of a file; where there is none, a new one, written with mode 0600.
  ///
  /// The file is there whole or not at all, and of two processes that start at once both get the
  /// same key.
  public static SoftwareSigner inFile(Path file) throws IOException {
    if (!Files.exists(file)) {
      write(file, generate());
    }
    try {
      return read(Files.readString(file, StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no P-256 key pair", e);
    }
  }

  @Override
  public SignatureAlgorithm algorithm() {
    return SignatureAlgorithm.ECDSA_P256_SHA256;
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
      throw new IllegalStateException("a P-256 key signs anything", e);
    }
  }

  private static SoftwareSigner read(String pem) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("EC");
    byte[] privateDer = block(Pem.PRIVATE_KEY, pem);
    byte[] publicDer = block(PUBLIC_KEY, pem);
    return new SoftwareSigner(
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
