package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.ChannelByteSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A stack of decoded layers in a file that goes away when it is closed.
final class Scratch implements Closeable {
  private final FileChannel channel;
  private long end;

  Scratch(Path file) throws IOException {
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /// The place to give to [#layer] and [#release].
  long mark() {
    return end;
  }

  void append(byte[] bytes, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      end += channel.write(buffer, end);
    }
  }

  ByteSource layer(long mark) {
    return new ChannelByteSource(channel, mark, end - mark);
  }

  void release(long mark) throws IOException {
    end = mark;
    channel.truncate(mark);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
