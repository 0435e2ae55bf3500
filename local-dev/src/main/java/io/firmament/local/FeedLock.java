package io.firmament.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/// Lets one process at a time change the feeds of a data folder. In a deployment S3's conditional
/// writes see to that; the local object server keeps their promise among its own callers alone, and
/// `feeds` is a process beside the platform.
final class FeedLock implements AutoCloseable {
  private static final String FILE = "feeds.lock";

  /// File locks are the whole process's.
  private static final ReentrantLock OURS = new ReentrantLock();

  private final FileChannel channel;
  private final FileLock lock;

  private FeedLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /// Waits until nobody else has it.
  static FeedLock take(Path data) throws IOException {
    Files.createDirectories(data);
    OURS.lock();
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(data.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new FeedLock(channel, channel.lock());
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      OURS.unlock();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
    } finally {
      OURS.unlock();
    }
  }
}
