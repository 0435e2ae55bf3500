package io.firmament.analysis.unpack.formats.erofs;

import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/// The content of the packed inode, read at any place.
final class PackedContent {
  private static final int MOST_EXTENTS = 1 << 20;

  private final Image image;
  private final Inode inode;
  private final TreeMap<Long, Extent> extents = new TreeMap<>();
  private long decodedAt = -1;
  private byte[] decoded = {};

  PackedContent(Image image, Inode inode) throws IOException {
    this.image = image;
    this.inode = inode;
    if (!inode.isCompressed()) {
      return;
    }
    CompressedExtents all = new CompressedExtents(image.source(), image.block(), inode);
    for (Extent extent = all.next(); extent != null; extent = all.next()) {
      if (extent.kind() == Extent.Kind.PACKED || extents.size() > MOST_EXTENTS) {
        throw new CorruptException("a packed inode that makes no sense");
      }
      extents.put(extent.start(), extent);
    }
  }

  byte[] read(long position, int length) throws IOException {
    if (position < 0 || position > inode.size() - length) {
      throw new CorruptException("the packed inode is shorter");
    }
    if (!inode.isCompressed()) {
      try (InputStream in = image.open(inode)) {
        in.skipNBytes(position);
        return in.readNBytes(length);
      }
    }
    byte[] out = new byte[length];
    int done = 0;
    while (done < length) {
      Map.Entry<Long, Extent> at = extents.floorEntry(position + done);
      if (at == null || at.getValue().end() <= position + done) {
        throw new CorruptException("the packed inode has a gap");
      }
      Extent extent = at.getValue();
      if (decodedAt != extent.start()) {
        decoded = CompressedData.decode(image, extent);
        decodedAt = extent.start();
      }
      int from = (int) (position + done - extent.start());
      int n = Math.min(length - done, decoded.length - from);
      System.arraycopy(decoded, from, out, done, n);
      done += n;
    }
    return out;
  }
}
