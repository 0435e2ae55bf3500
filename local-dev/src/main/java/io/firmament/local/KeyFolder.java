package io.firmament.local;

import io.firmament.platform.identity.SoftwareTokenSigner;
import io.firmament.platform.secret.SoftwareDataKeys;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.SoftwareKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;

/// The software keys of a local platform: files that only their owner can read, or nothing but
/// memory where the platform keeps no data.
record KeyFolder(Optional<Path> folder) {
  /// The token key of this name; made and kept on first use.
  SoftwareTokenSigner tokenSigner(String name) {
    if (folder.isEmpty()) {
      return SoftwareTokenSigner.generate();
    }
    Path file = folder.get().resolve(name + ".pkcs8");
    try {
      if (Files.exists(file)) {
        return SoftwareTokenSigner.ofPkcs8(Files.readAllBytes(file));
      }
      SoftwareTokenSigner signer = SoftwareTokenSigner.generate();
      write(file, signer.pkcs8());
      return signer;
    } catch (IOException e) {
      throw new UncheckedIOException("the key " + file + " cannot be read or written", e);
    }
  }

  /// The keys of the tenants' repositories.
  OnlineKeys onlineKeys() {
    return folder
        .map(keys -> SoftwareKeys.in(keys.resolve("online")))
        .orElseGet(SoftwareKeys::inMemory);
  }

  /// Keys wrapped by the key of this name; made and kept on first use.
  SoftwareDataKeys dataKeys(String name) {
    SecureRandom random = new SecureRandom();
    if (folder.isEmpty()) {
      return SoftwareDataKeys.generate(random);
    }
    Path file = folder.get().resolve(name + ".key");
    try {
      if (Files.exists(file)) {
        return SoftwareDataKeys.of(Files.readAllBytes(file), random);
      }
      SoftwareDataKeys keys = SoftwareDataKeys.generate(random);
      write(file, keys.key());
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException("the key " + file + " cannot be read or written", e);
    }
  }

  /// Writes beside and renames, so that a key is there whole or not at all.
  static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    Files.createFile(
        beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(beside, content);
    Files.move(beside, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }
}
