package io.firmament.analysis.cache;

import io.firmament.base.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;

/// Keeps each value in a file of its own, behind a digest of it. Several processes may use a folder
/// at a time.
///
/// A file that cannot be read or is damaged is a value that is not there, and one that cannot be
/// written is not kept: the folder makes a run faster, and never makes it fail.
public final class FolderBlobCache implements BlobCache {
  private static final int DIGEST = 64;

  private final Path folder;

  private FolderBlobCache(Path folder) {
    this.folder = folder;
  }

  /// Makes the folder where it is not there, for its owner alone to look into. One that is there
  /// stays as it is.
  public static FolderBlobCache in(Path folder) throws IOException {
    boolean there = Files.isDirectory(folder);
    Files.createDirectories(folder);
    if (!there && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    return new FolderBlobCache(folder);
  }

  @Override
  public Optional<byte[]> find(Key key) {
    try {
      byte[] file = Files.readAllBytes(file(key));
      if (file.length < DIGEST) {
        return Optional.empty();
      }
      byte[] value = Arrays.copyOfRange(file, DIGEST, file.length);
      String digest = new String(file, 0, DIGEST, StandardCharsets.US_ASCII);
      return Sha256.of(value).hex().equals(digest) ? Optional.of(value) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void keep(Key key, byte[] value) {
    Path file = file(key);
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), "part", "");
      try {
        byte[] digest = Sha256.of(value).hex().getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(digest, DIGEST + value.length);
        System.arraycopy(value, 0, all, DIGEST, value.length);
        Files.write(part, all);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // It is worked out again the next time.
      return;
    }
  }

  private Path file(Key key) {
    String name = key.name();
    return folder.resolve(name.substring(0, 2)).resolve(name.substring(2));
  }
}
