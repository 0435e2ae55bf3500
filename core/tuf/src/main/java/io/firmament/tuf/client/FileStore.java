package io.firmament.tuf.client;

import io.firmament.tuf.Hashes;
import io.firmament.tuf.RoleName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/// Trusted metadata in a folder, `root.json` and so on. The names of delegated roles are encoded,
/// so that no name leaves the folder or stands for a top-level role.
public final class FileStore implements TrustedStore {
  private static final String TEMPORARY = ".new";
  private static final int LONGEST_NAME = 200;

  private final Path folder;
  private final long maxBytes;

  /// @param maxBytes what a file of this store can have at most; a larger one is not ours
  public FileStore(Path folder, long maxBytes) throws IOException {
    this.folder = folder;
    this.maxBytes = maxBytes;
    Files.createDirectories(folder);
  }

  @Override
  public Optional<byte[]> read(String role) throws IOException {
    Path file = file(role);
    try {
      if (Files.size(file) > maxBytes) {
        throw new IOException(file + " is larger than any metadata");
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String role, byte[] content) throws IOException {
    Path file = file(role);
    Path temporary = folder.resolve(file.getFileName() + TEMPORARY);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.forceEntry(file);
  }

  @Override
  public void delete(String role) throws IOException {
    Path file = file(role);
    if (Files.deleteIfExists(file)) {
      DurableFiles.forceEntry(file);
    }
  }

  private Path file(String role) {
    String name = RoleName.encode(role);
    boolean shadows =
        !RoleName.TOP_LEVEL.contains(name)
            && RoleName.TOP_LEVEL.contains(name.toLowerCase(Locale.ROOT));
    if (shadows || name.length() > LONGEST_NAME) {
      name = "%" + Hashes.sha256(role.getBytes(StandardCharsets.UTF_8));
    }
    return folder.resolve(name + ".json");
  }
}
