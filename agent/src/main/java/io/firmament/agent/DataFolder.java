package io.firmament.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Optional;

/// What the agent keeps on the device. A kill at any moment leaves each file old or new, never
/// half:
///
/// - `next.key`: a key that a request is, or was about to be, out for
/// - `identity.pem`: key, certificate and trust anchors in one file, so that they always match
/// - `decommissioned`: says that this device was let go
///
/// All files have mode 0600.
final class DataFolder {
  private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";
  private static final String CERTIFICATE_END = "-----END CERTIFICATE-----\n";

  private final Path folder;
  private final Path nextKey;
  private final Path identity;
  private final Path decommissioned;

  DataFolder(Path folder) {
    this.folder = folder;
    this.nextKey = folder.resolve("next.key");
    this.identity = folder.resolve("identity.pem");
    this.decommissioned = folder.resolve("decommissioned");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<Identity> identity() {
    if (!Files.exists(identity)) {
      return Optional.empty();
    }
    try {
      String pem = Files.readString(identity, StandardCharsets.US_ASCII);
      int certificate = pem.indexOf(CERTIFICATE);
      int anchors = pem.indexOf(CERTIFICATE_END, certificate) + CERTIFICATE_END.length();
      return Optional.of(
          new Identity(
              DeviceKey.fromPem(pem), pem.substring(certificate, anchors), pem.substring(anchors)));
    } catch (IOException | GeneralSecurityException | IndexOutOfBoundsException e) {
      throw new IllegalStateException(identity + " cannot be read; enrol anew without it", e);
    }
  }

  /// The key to ask a certificate for: the one an earlier run asked with, else a new one. It is on
  /// disk before anyone hears of it, so that a request can be repeated with the same key.
  DeviceKey nextKey() {
    try {
      if (Files.exists(nextKey)) {
        return DeviceKey.fromPem(Files.readString(nextKey, StandardCharsets.US_ASCII));
      }
      DeviceKey key = DeviceKey.generate();
      replace(nextKey, key.toPem());
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(nextKey + " cannot be read", e);
    }
  }

  /// Takes a new identity into use.
  void store(Identity next) {
    try {
      replace(identity, next.key().toPem() + next.certificatePem() + next.anchorsPem());
      Files.deleteIfExists(nextKey);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isDecommissioned() {
    return Files.exists(decommissioned);
  }

  /// Destroys the keys for good. The mark comes first: a kill in between ends in the same place.
  void wipe() {
    try {
      if (!isDecommissioned()) {
        replace(decommissioned, "decommissioned\n");
      }
      overwriteAndDelete(identity);
      overwriteAndDelete(nextKey);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void overwriteAndDelete(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(Math.toIntExact(channel.size())), 0);
      channel.force(true);
    }
    Files.delete(file);
  }

  private void replace(Path file, String content) throws IOException {
    Path temporary =
        Files.createTempFile(
            folder,
            ".agent",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
