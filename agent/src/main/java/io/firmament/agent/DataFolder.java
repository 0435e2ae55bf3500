package io.firmament.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the agent keeps on the device. A kill at any moment leaves each file old or new, never
/// half:
///
/// - `next.key`: a key that a request is, or was about to be, out for
/// - `identity.pem`: key, certificate and trust anchors in one file, so that they always match
/// - `decommissioned`: says that this device was let go
/// - `NAME.new`: what a kill left of a file that was being replaced; it is written over
/// - `tuf`: the metadata that the device trusts, from its pinned root on
/// - `update.json`: what the device has installed, and what it is doing
/// - `downloads`: contents on their way here
/// - `files`: artifacts that are placed nowhere else
/// - `agent.log`, `agent.log.old`: the agent's own log
/// - `lock`: held by the agent that works here
///
/// All files have mode 0600, and the folder 0700 where the agent makes it.
final class DataFolder implements DeviceStore {
  private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";
  private static final String CERTIFICATE_END = "-----END CERTIFICATE-----\n";
  private static final FileAttribute<?> OWNER_FILE = permissions("rw-------");
  private static final FileAttribute<?> OWNER_FOLDER = permissions("rwx------");

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
      Files.createDirectories(folder, OWNER_FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + folder, e);
    }
  }

  /// Where the agent keeps its own log; the folder is made.
  static Path ownLog(Path folder) {
    return new DataFolder(folder).folder.resolve("agent.log");
  }

  /// Where the agent keeps the metadata that it trusts.
  static Path metadata(Path folder) {
    Path metadata = folder.resolve("tuf");
    try {
      return Files.createDirectories(metadata, OWNER_FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + metadata, e);
    }
  }

  /// Keeps other agents out until it is closed, or the process is gone. Two agents in one folder
  /// would ask for two identities.
  @Override
  public AutoCloseable lock() {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              OWNER_FILE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new IllegalStateException("another agent works in " + folder);
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw new IllegalStateException("another agent of this process works in " + folder, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + folder, e);
    }
  }

  @Override
  public Optional<Identity> identity() {
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
  @Override
  public DeviceKey nextKey() {
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
  @Override
  public void store(Identity next) {
    try {
      replace(identity, next.key().toPem() + next.certificatePem() + next.anchorsPem());
      Files.deleteIfExists(nextKey);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isDecommissioned() {
    return Files.exists(decommissioned);
  }

  /// Destroys the keys for good. The mark comes first: a kill in between ends in the same place.
  @Override
  public void wipe() {
    try {
      if (!isDecommissioned()) {
        replace(decommissioned, "decommissioned\n");
      }
      for (Path file : List.of(identity, nextKey)) {
        overwriteAndDelete(file);
        overwriteAndDelete(replacement(file));
      }
      for (String name : List.of("tuf", "update.json", "update.json.new", "downloads")) {
        delete(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) throws IOException {
    if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> inside = Files.newDirectoryStream(file)) {
        for (Path each : inside) {
          delete(each);
        }
      }
    }
    Files.deleteIfExists(file);
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

  /// Writes a file beside it, down to the disk, then puts it in its place in one step.
  private void replace(Path file, String content) throws IOException {
    Path replacement = replacement(file);
    try (FileChannel channel =
        FileChannel.open(
            replacement,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            OWNER_FILE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static Path replacement(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  private static FileAttribute<?> permissions(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
