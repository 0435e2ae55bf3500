package io.firmament.tuf.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes renames last.
final class DurableFiles {
  private DurableFiles() {}

  /// Forces the entry of a file in its folder to storage, where the system lets a folder be opened.
  static void forceEntry(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every system can; the rename is atomic there too.
    }
  }
}
