package io.firmament.analysis.cache;

import io.firmament.base.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Keeps values in one file that is read before a run and written after it, for stores where each
/// access costs: what the run before has kept is known, and what this run has asked for or kept is
/// in the next file. So the file follows the product, and forgets what its newest version no longer
/// has.
///
/// The file is gzip of a mark, then for each value its name, its length, its SHA-256 and itself. A
/// file that is damaged, or of another kind, gives what was read before the damage.
public final class PackBlobCache implements BlobCache {
  private static final int MARK = 0x46_4d_42_31;
  private static final int DIGEST = 32;

  private final long mostBytes;
  private final Map<String, byte[]> before = new HashMap<>();
  private final Map<String, byte[]> used = new TreeMap<>();
  private long usedBytes;
  private boolean changed;

  private PackBlobCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Knows nothing yet.
  ///
  /// @param mostBytes of all values together; what comes after is not kept
  public static PackBlobCache empty(long mostBytes) {
    return new PackBlobCache(mostBytes);
  }

  /// Knows what a file has, as far as it can be read.
  ///
  /// @param mostBytes as in [#empty]; a file that has more is read up to there
  public static PackBlobCache read(InputStream file, long mostBytes) {
    PackBlobCache cache = new PackBlobCache(mostBytes);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(new GZIPInputStream(file)))) {
      cache.readValues(in);
    } catch (IOException e) {
      // The rest is worked out again.
      return cache;
    }
    return cache;
  }

  private void readValues(DataInputStream in) throws IOException {
    if (in.readInt() != MARK) {
      return;
    }
    long left = mostBytes;
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String name = HexFormat.of().formatHex(exactly(in, DIGEST));
      int length = in.readInt();
      byte[] digest = exactly(in, DIGEST);
      left -= length;
      if (length < 0 || left < 0) {
        return;
      }
      byte[] value = exactly(in, length);
      if (Sha256.of(value).hex().equals(HexFormat.of().formatHex(digest))) {
        before.put(name, value);
      }
    }
  }

  private static byte[] exactly(DataInputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("the file ends early");
    }
    return bytes;
  }

  @Override
  public synchronized Optional<byte[]> find(Key key) {
    String name = key.name();
    byte[] value = used.get(name);
    if (value == null) {
      value = before.get(name);
      if (value == null) {
        return Optional.empty();
      }
      use(name, value);
    }
    return Optional.of(value.clone());
  }

  @Override
  public synchronized void keep(Key key, byte[] value) {
    changed |= use(key.name(), value.clone());
  }

  private boolean use(String name, byte[] value) {
    byte[] replaced = used.get(name);
    long bytes = usedBytes + value.length - (replaced == null ? 0 : replaced.length);
    if (bytes > mostBytes) {
      return false;
    }
    used.put(name, value);
    usedBytes = bytes;
    return true;
  }

  /// Whether this run has something that the file it was read from has not, or no longer needs
  /// something that it has.
  public synchronized boolean isChanged() {
    return changed || used.size() != before.size();
  }

  /// Writes what this run has asked for or kept.
  public synchronized void write(OutputStream file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(new GZIPOutputStream(file)))) {
      out.writeInt(MARK);
      out.writeInt(used.size());
      for (Map.Entry<String, byte[]> entry : used.entrySet()) {
        byte[] value = entry.getValue();
        out.write(HexFormat.of().parseHex(entry.getKey()));
        out.writeInt(value.length);
        out.write(HexFormat.of().parseHex(Sha256.of(value).hex()));
        out.write(value);
      }
    }
  }
}
