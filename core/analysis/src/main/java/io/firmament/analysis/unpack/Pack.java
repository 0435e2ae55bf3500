package io.firmament.analysis.unpack;

import io.firmament.analysis.unpack.io.ChannelByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// The file that holds every content of a tree once, and its index. Closing it leaves the file.
public final class Pack implements Closeable {
  private final Path file;
  private final PackIndex index;
  private final FileChannel channel;
  private final long size;

  Pack(Path file, PackIndex index, FileChannel channel, long size) {
    this.file = file;
    this.index = index;
    this.channel = channel;
    this.size = size;
  }

  public Path file() {
    return file;
  }

  public PackIndex index() {
    return index;
  }

  public long size() {
    return size;
  }

  public PackReader reader() {
    return new PackReader(new ChannelByteSource(channel, 0, size), index);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
