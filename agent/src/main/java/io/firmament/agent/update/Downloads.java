package io.firmament.agent.update;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Contents on their way here, and here: `HASH.part` and `HASH` in one folder. What there is of a
/// part is its state: the next try goes on after it, and the hash of the whole says whether all of
/// it is right.
final class Downloads {
  private static final int TRIES = 5;

  /// Left free for everything else on the device.
  private static final long RESERVE = 16L << 20;

  private final Path folder;
  private final ContentSource source;
  private final Checkpoint checkpoint;

  Downloads(Path folder, ContentSource source, Checkpoint checkpoint) {
    this.folder = folder;
    this.source = source;
    this.checkpoint = checkpoint;
  }

  Path content(Order.Target target) {
    return folder.resolve(target.sha256());
  }

  private Path part(Order.Target target) {
    return folder.resolve(target.sha256() + ".part");
  }

  void require(Order.Target target) throws UnfitException {
    try {
      Files.createDirectories(folder);
      if (Files.getFileStore(folder).getTotalSpace() < target.length()) {
        throw new UnfitException("the device's storage is too small for " + target.length());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Tries a few times for as long as there is progress.
  void fetch(Order.Target target) throws TroubleException, InterruptedException {
    try {
      if (Files.exists(content(target))) {
        return;
      }
      Files.createDirectories(folder);
      requireSpace(target);
      for (int tries = 1; size(part(target)) < target.length(); tries++) {
        long before = size(part(target));
        try {
          receive(target, before);
        } catch (IOException e) {
          if (tries >= TRIES || size(part(target)) <= before) {
            throw new TroubleException(
                "at byte " + size(part(target)) + " of " + target.length(), e);
          }
        }
      }
      if (!Files.exists(part(target))) {
        // A content without bytes.
        Files.createFile(part(target));
      }
      DurableFiles.force(part(target));
      checkpoint.reached("received");
      DurableFiles.move(part(target), content(target));
    } catch (IOException e) {
      throw new TroubleException("the content cannot be kept", e);
    }
  }

  private void requireSpace(Order.Target target) throws IOException, TroubleException {
    long needed = target.length() - size(part(target)) + RESERVE;
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw new TroubleException("needs " + needed + " bytes of storage, and there are " + free);
    }
  }

  private void receive(Order.Target target, long offset) throws IOException, InterruptedException {
    try (FileChannel channel =
        FileChannel.open(part(target), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      try {
        source.read(
            target,
            offset,
            from -> {
              if (from > offset) {
                throw new IOException("the bytes from " + offset + " to " + from + " are missing");
              }
              channel.truncate(from);
              channel.position(from);
              return new Limited(Channels.newOutputStream(channel), target.length() - from);
            });
      } finally {
        channel.force(true);
      }
    }
    if (size(part(target)) < target.length()) {
      throw new IOException("the content ends early");
    }
  }

  /// Checks the whole content; what is wrong is thrown away.
  void verify(Order.Target target) throws TroubleException {
    Path content = content(target);
    try {
      if (!Files.exists(content)) {
        throw new TroubleException("the content is gone");
      }
      if (Files.size(content) != target.length()
          || !DurableFiles.sha256(content).equals(target.sha256())) {
        Files.delete(content);
        throw new TroubleException("the content is not the one that is signed; thrown away");
      }
    } catch (IOException e) {
      throw new TroubleException("the content cannot be read", e);
    }
  }

  /// Keeps the files of one content, or none.
  ///
  /// @param hash empty where no content is needed
  void tidy(String hash) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (hash.isEmpty() || !String.valueOf(file.getFileName()).startsWith(hash)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be tidied", e);
    }
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /// Takes so many bytes and no more (TUF 1.5.2, endless data).
  private static final class Limited extends OutputStream {
    private final OutputStream out;
    private long left;

    Limited(OutputStream out, long left) {
      this.out = out;
      this.left = left;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      if (length > left) {
        throw new IOException("more bytes than are signed");
      }
      out.write(buffer, offset, length);
      left -= length;
    }
  }
}
