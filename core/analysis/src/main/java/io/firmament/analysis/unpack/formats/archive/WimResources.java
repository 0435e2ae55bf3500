package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.PieceInputStream;
import io.firmament.analysis.unpack.io.SourceInputStream;
import io.firmament.analysis.unpack.io.TruncatedException;
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
import org.jspecify.annotations.Nullable;

/// The table of a Windows image: where each content lies, by its SHA-1, and the images' metadata in
/// their order.
final class WimResources {
  private static final int ENTRY = 50;
  private static final int METADATA = 2;
  private static final int COMPRESSED = 4;
  private static final int IN_SOLID = 16;
  private static final long SIZE_MASK = (1L << 56) - 1;

  /// Stands for the size of a solid resource in the table.
  private static final long SOLID_SIZE = 1L << 32;

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
  private final WimCodec.Decoders decoders;
  private final String method;
  private final int chunk;
  private final Map<String, Place> contents = new HashMap<>();
  private final List<Resource> metadata = new ArrayList<>();

  /// A content of the table.
  ///
  /// @param solid the solid resources in which it lies, together; none where it lies alone
  private record Place(Resource resource, List<Solid> solid) {}

  /// A solid resource, which is opened where something of it is asked for.
  private final class Solid {
    private final Resource resource;
    private @Nullable WimSolid opened;

    Solid(Resource resource) {
      this.resource = resource;
    }

    WimSolid open() throws IOException {
      WimSolid open = opened;
      if (open == null) {
        open = new WimSolid(image.slice(resource.offset, resource.stored), decoders);
        opened = open;
      }
      return open;
    }
  }

  /// @param method of the chunks, where they are compressed
  /// @param chunk size of a chunk, a power of two
  WimResources(ByteSource image, WimCodec.Decoders decoders, String method, int chunk) {
    this.image = image;
    this.decoders = decoders;
    this.method = method;
    this.chunk = chunk;
  }

  /// Reads the table. Entries of solid resources and of the contents in them follow each other.
  void read(Resource table) throws IOException {
    List<Solid> solid = new ArrayList<>();
    try (InputStream in = open(table)) {
      for (byte[] b = in.readNBytes(ENTRY); b.length == ENTRY; b = in.readNBytes(ENTRY)) {
        Resource resource = Resource.of(b, 0);
        boolean inSolid = (resource.flags & IN_SOLID) != 0;
        if (!inSolid && !solid.isEmpty()) {
          solid = new ArrayList<>();
        }
        if (inSolid && resource.size == SOLID_SIZE) {
          solid.add(new Solid(resource));
        } else if ((resource.flags & METADATA) != 0) {
          metadata.add(resource);
        } else {
          Place place = new Place(resource, inSolid ? solid : List.of());
          contents.put(HexFormat.of().formatHex(b, 30, ENTRY), place);
        }
      }
    }
  }

  /// Where a content lies, so that those that lie together can be read together.
  long order(String sha1) {
    Place place = contents.get(sha1);
    if (place == null) {
      return 0;
    }
    long solid = place.solid.isEmpty() ? 0 : place.solid.getFirst().resource.offset;
    return solid + place.resource.offset;
  }

  List<Resource> metadata() {
    return List.copyOf(metadata);
  }

  /// The content of that SHA-1.
  InputStream open(String sha1) throws IOException {
    Place place = contents.get(sha1);
    if (place == null) {
      throw new CorruptException("a content that is not in the table");
    }
    boolean inSolid = (place.resource.flags & IN_SOLID) != 0;
    return new Digested(inSolid ? inSolid(place) : open(place.resource), sha1);
  }

  /// Places are counted over all the resources of a group.
  private static InputStream inSolid(Place place) throws IOException {
    long offset = place.resource.offset;
    for (Solid each : place.solid) {
      WimSolid solid = each.open();
      if (offset < solid.size()) {
        return solid.open(offset, place.resource.stored);
      }
      offset -= solid.size();
    }
    throw new CorruptException("a content out of its resource");
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
    return new Chunks(stored, resource.size, decoders.of(method, chunk));
  }

  /// Chunks with the distance of each but the first from the first in a table before them; one that
  /// is as long as its content is stored.
  private final class Chunks extends PieceInputStream {
    private final ByteSource stored;
    private final long size;
    private final long count;
    private final int width;
    private final WimCodec codec;
    private long index;

    Chunks(ByteSource stored, long size, WimCodec codec) throws IOException {
      this.stored = stored;
      this.codec = codec;
      this.size = size;
      this.count = (size + chunk - 1) / chunk;
      this.width = size > 0xffffffffL ? 8 : 4;
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
      return codec.decode(Binary.bytes(stored, from, (int) (to - from)), plain);
    }
  }
}
