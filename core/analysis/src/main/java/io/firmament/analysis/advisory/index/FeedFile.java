package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.feeds.Fact;
import io.firmament.analysis.advisory.feeds.FactSink;
import io.firmament.analysis.advisory.feeds.FeedKind;
import io.firmament.analysis.advisory.feeds.FeedSummary;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// The facts of one feed as they were read, in a file: an index is built from these, so that a feed
/// that has not changed is not read again.
///
/// ```
/// "FWFF", u32 format
/// gzip of the records, each u32 length and bytes; length 0 ends them
/// what the feed was: name, digest, day, counts, problems
/// u64 where that begins
/// ```
public final class FeedFile {
  private static final int MAGIC = 0x46574646;

  /// Changes with whatever the readers take from a feed.
  public static final int FORMAT = 1;

  private static final int HEAD = 8;

  private final Path file;
  private final long end;
  private final Origin origin;
  private final FeedSummary summary;

  private FeedFile(Path file, long end, Origin origin, FeedSummary summary) {
    this.file = file;
    this.end = end;
    this.origin = origin;
    this.summary = summary;
  }

  /// Which feed it is.
  ///
  /// @param name of its file
  /// @param digest over its content
  /// @param obtained the day that its file is of, `yyyy-mm-dd`; may be empty
  public record Origin(String name, String digest, String obtained) {}

  /// Reads a feed into the sink that it is given.
  public interface Reading {
    FeedSummary read(FactSink sink) throws IOException;
  }

  /// Writes a file of what the reading gives.
  public static FeedFile write(Path file, Origin origin, Reading reading) throws IOException {
    FeedSummary summary;
    try (OutputStream head = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      new DataOutputStream(head).writeInt(MAGIC);
      new DataOutputStream(head).writeInt(FORMAT);
      FastGzip gzip = new FastGzip(head);
      DataOutputStream out = new DataOutputStream(new BufferedOutputStream(gzip, 1 << 15));
      summary = reading.read(fact -> write(fact, out));
      out.writeInt(0);
      out.flush();
      gzip.finish();
    }
    long end = Files.size(file);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream tail = new DataOutputStream(bytes);
    write(origin, summary, tail);
    tail.writeLong(end);
    Files.write(file, bytes.toByteArray(), StandardOpenOption.APPEND);
    return new FeedFile(file, end, origin, summary);
  }

  private static void write(Fact fact, DataOutputStream out) throws IOException {
    byte[] bytes = FactCodec.bytes(fact);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /// Empty for a file of another format, or one that is damaged.
  public static Optional<FeedFile> openIfReadable(Path file) {
    try {
      return Optional.of(open(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// @throws IOException also for a file of another format
  public static FeedFile open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < HEAD + Long.BYTES
          || integer(channel, 0) != MAGIC
          || integer(channel, 4) != FORMAT) {
        throw ClaimCodec.damaged();
      }
      long end = bytes(channel, size - Long.BYTES, Long.BYTES).getLong();
      if (end < HEAD || end > size - Long.BYTES || size - end > 1 << 24) {
        throw ClaimCodec.damaged();
      }
      byte[] tail = bytes(channel, end, (int) (size - Long.BYTES - end)).array();
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(tail));
      Origin origin = new Origin(ClaimCodec.text(in), ClaimCodec.text(in), ClaimCodec.text(in));
      return new FeedFile(file, end, origin, summary(in));
    }
  }

  private static int integer(FileChannel channel, long at) throws IOException {
    return bytes(channel, at, Integer.BYTES).getInt();
  }

  private static ByteBuffer bytes(FileChannel channel, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw ClaimCodec.damaged();
      }
    }
    return buffer.flip();
  }

  private static void write(Origin origin, FeedSummary summary, DataOutputStream out)
      throws IOException {
    ClaimCodec.text(origin.name(), out);
    ClaimCodec.text(origin.digest(), out);
    ClaimCodec.text(origin.obtained(), out);
    ClaimCodec.number(summary.parts().size(), out);
    for (FeedSummary.Part part : summary.parts()) {
      ClaimCodec.text(part.kind().label(), out);
      ClaimCodec.text(part.watermark(), out);
      ClaimCodec.text(part.newest(), out);
      ClaimCodec.number(part.records(), out);
    }
    ClaimCodec.number(summary.malformed(), out);
    out.writeBoolean(summary.whole());
    ClaimCodec.texts(summary.problems(), out);
  }

  private static FeedSummary summary(DataInputStream in) throws IOException {
    List<FeedSummary.Part> parts =
        ClaimCodec.list(
            in,
            p ->
                new FeedSummary.Part(
                    FeedKind.of(ClaimCodec.text(p)),
                    ClaimCodec.text(p),
                    ClaimCodec.text(p),
                    ClaimCodec.number(p)));
    return new FeedSummary(parts, ClaimCodec.number(in), in.readBoolean(), ClaimCodec.texts(in));
  }

  public Path file() {
    return file;
  }

  public Origin origin() {
    return origin;
  }

  public FeedSummary summary() {
    return summary;
  }

  /// The same facts after the file was moved there.
  public FeedFile at(Path place) {
    return new FeedFile(place, end, origin, summary);
  }

  /// Gives on the facts about everything but some ids.
  ///
  /// @return how many it gave on
  public int copy(Set<String> without, FactSink sink) throws IOException {
    int[] copied = {0};
    forEach(
        bytes -> {
          Fact fact = FactCodec.read(bytes);
          if (!without.contains(fact.id())) {
            sink.take(fact);
            copied[0]++;
          }
        });
    return copied[0];
  }

  /// What takes each record as [FactCodec] wrote it.
  interface Taking {
    void take(byte[] record) throws IOException;
  }

  void forEach(Taking taking) throws IOException {
    try (InputStream raw =
        Channels.newInputStream(FileChannel.open(file, StandardOpenOption.READ).position(HEAD))) {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw, 1 << 15), 1 << 15));
      for (int length = in.readInt(); length > 0; length = in.readInt()) {
        byte[] record = new byte[length];
        in.readFully(record);
        taking.take(record);
      }
    }
  }

  /// Speed counts more than size here.
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 1 << 15);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
