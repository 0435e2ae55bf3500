package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.ChannelByteSource;
import io.firmament.base.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/// Appends contents to a pack file as they are decoded; a content that is there already is taken
/// back.
final class PackWriter implements Closeable {
  private final Path file;
  private final FileChannel channel;
  private final Map<Sha256, PackIndex.Extent> extents = new HashMap<>();
  private final MessageDigest digest = Sha256.newDigest();
  private long end;
  private long written;

  PackWriter(Path file) throws IOException {
    this.file = file;
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
  }

  /// Starts a content; only one may be open.
  void begin() {
    digest.reset();
    written = 0;
  }

  void append(byte[] bytes, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    while (buffer.hasRemaining()) {
      channel.write(buffer, end + written + buffer.position());
    }
    digest.update(bytes, 0, length);
    written += length;
  }

  Sha256 finish() {
    Sha256 sha256 = Sha256.ofDigest(digest.digest());
    if (extents.putIfAbsent(sha256, new PackIndex.Extent(end, written)) == null) {
      end += written;
    }
    return sha256;
  }

  ByteSource content(Sha256 sha256) {
    PackIndex.Extent extent = extents.get(sha256);
    if (extent == null) {
      throw new IllegalArgumentException("not in the pack: " + sha256);
    }
    return new ChannelByteSource(channel, extent.offset(), extent.length());
  }

  Pack complete() throws IOException {
    channel.truncate(end);
    return new Pack(file, new PackIndex(extents), channel, end);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
