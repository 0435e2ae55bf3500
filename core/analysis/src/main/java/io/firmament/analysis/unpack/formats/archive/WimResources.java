package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.LzxDecoder;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
import io.firmament.analysis.unpack.io.UnsupportedException;
import io.firmament.analysis.unpack.io.XpressBlock;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The table of a Windows image: where each content lies, by its SHA-1, and the images' metadata in
/// their order.
final class WimResources {
  private static final int ENTRY = 50;
  private static final int METADATA = 2;
  private static final int COMPRESSED = 4;
  private static final int IN_SOLID = 16;
  private static final long SIZE_MASK = (1L << 56) - 1;

  /// What a chunk is compressed with.
  enum Codec {
    NONE,
    XPRESS,
    LZX,
    OTHER
  }

  /// Where a content lies.
  ///
  /// @param stored length in the image
  record Resource(long offset, long stored, long size, int flags) {
    static Resource of(byte[] b, int at) {
      return new Resource(
          Binary.i64le(b, at + 8),
          Binary.i64le(b, at) & SIZE_MASK,
          Binary.i64le(b, at + 16),
          b[at + 7]);
    }
  }

  private final ByteSource image;
  private final Codec codec;
  private final int chunk;
  private final Map<String, Resource> contents = new HashMap<>();
  private final List<Resource> metadata = new ArrayList<>();

  /// @param chunk size of a chunk, a power of two
  WimResources(ByteSource image, Codec codec, int chunk) {
    this.image = image;
    this.codec = codec;
    this.chunk = chunk;
  }

  /// Reads the table.
  void read(Resource table) throws IOException {
    try (InputStream in = open(table)) {
      for (byte[] b = in.readNBytes(ENTRY); b.length == ENTRY; b = in.readNBytes(ENTRY)) {
        Resource resource = Resource.of(b, 0);
        if ((resource.flags & METADATA) != 0) {
          metadata.add(resource);
        } else {
          contents.put(HexFormat.of().formatHex(b, 30, ENTRY), resource);
        }
      }
    }
  }

  List<Resource> metadata() {
    return List.copyOf(metadata);
  }

  /// The content of that SHA-1.
  InputStream open(String sha1) throws IOException {
    Resource resource = contents.get(sha1);
    if (resource == null) {
      throw new CorruptException("a content that is not in the table");
    }
    return new Digested(open(resource), sha1);
  }

  /// A content of a known SHA-1: fails at its end where it is another.
  private static final class Digested extends DigestInputStream {
    private final String expected;
    private boolean ended;

    Digested(InputStream in, String expected) {
      super(in, sha1());
      this.expected = expected;
    }

    /// The format knows contents by it.
    private static MessageDigest sha1() {
      try {
        return MessageDigest.getInstance("SHA-1");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = super.read(into, offset, length);
      if (n < 0 && !ended) {
        ended = true;
        if (!HexFormat.of().formatHex(getMessageDigest().digest()).equals(expected)) {
          throw new CorruptException("the SHA-1 of the content is wrong");
        }
      }
      return n;
    }
  }

  InputStream open(Resource resource) throws IOException {
    if ((resource.flags & IN_SOLID) != 0) {
      throw new UnsupportedException("a content in a solid resource");
    }
    if (resource.size < 0 || resource.offset < 0) {
      throw new CorruptException("a resource that makes no sense");
    }
    ByteSource stored = image.slice(resource.offset, resource.stored);
    if (stored.size() < resource.stored) {
      throw new TruncatedException("a resource is cut off");
    }
    if ((resource.flags & COMPRESSED) == 0) {
      if (resource.size != resource.stored) {
        throw new CorruptException("a stored resource of another size");
      }
      return new SourceInputStream(stored, 0);
    }
    return new Chunks(stored, resource.size);
  }

  /// Chunks with the distance of each but the first from the first in a table before them; one that
  /// is as long as its content is stored.
  private final class Chunks extends PieceInputStream {
    private final ByteSource stored;
    private final long size;
    private final long count;
    private final int width;
    private long index;

    Chunks(ByteSource stored, long size) throws IOException {
      this.stored = stored;
      this.size = size;
      this.count = (size + chunk - 1) / chunk;
      this.width = size > 0xffffffffL ? 8 : 4;
      if (codec == Codec.OTHER || codec == Codec.NONE) {
        throw new UnsupportedException("a compression that is not known");
      }
      if (count > stored.size() / width + 1) {
        throw new CorruptException("more chunks than the resource has room for");
      }
    }

    private long start(long of) throws IOException {
      long table = (count - 1) * width;
      if (of == 0) {
        return table;
      }
      long at = (of - 1) * width;
      return table + (width == 8 ? Binary.i64le(stored, at) : Binary.u32le(stored, at));
    }

    @Override
    protected byte[] next() throws IOException {
      if (index == count) {
        return new byte[0];
      }
      long from = start(index);
      long to = index + 1 == count ? stored.size() : start(index + 1);
      int plain = (int) Math.min(chunk, size - index * chunk);
      index++;
      if (to <= from || to - from > plain) {
        throw new CorruptException("a chunk that makes no sense");
      }
      byte[] packed = Binary.bytes(stored, from, (int) (to - from));
      if (packed.length == plain) {
        return packed;
      }
      return codec == Codec.LZX
          ? LzxDecoder.ofWindowsImage().frame(packed, plain)
          : XpressBlock.decode(packed, plain);
    }
  }
}
