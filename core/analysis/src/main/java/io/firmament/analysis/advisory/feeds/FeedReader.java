package io.firmament.analysis.advisory.feeds;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// Reads a feed record by record and tells what it is from its content: a file, plain or gzip, a
/// zip archive (also of archives), or a folder of such files. In memory is one record at a time.
///
/// A record that cannot be read is counted and reported with its place; a feed that breaks off
/// keeps what came before. In archives and folders, files that are no feeds are passed over.
public final class FeedReader {
  private static final int PEEK = 512;
  private static final int MOST_LAYERS = 4;

  private final Gathering found;

  private FeedReader(FactSink sink) {
    this.found = new Gathering(sink);
  }

  /// Reads the stream to its end; the caller closes it.
  ///
  /// @throws IOException where the sink fails; what is wrong with the feed is in the answer
  public static FeedSummary read(InputStream in, FactSink sink) throws IOException {
    FeedReader reader = new FeedReader(sink);
    return reader.guarded(() -> reader.layer("", in, 0, false));
  }

  /// Reads a file or a folder.
  ///
  /// @throws IOException where it cannot be opened or the sink fails
  public static FeedSummary read(Path feed, FactSink sink) throws IOException {
    if (!Files.isDirectory(feed)) {
      try (InputStream in = Files.newInputStream(feed)) {
        return read(in, sink);
      }
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(feed)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    FeedReader reader = new FeedReader(sink);
    return reader.guarded(
        () -> {
          for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
              reader.member(feed.relativize(file).toString(), in, 0);
            }
          }
        });
  }

  private interface Reading {
    void run() throws IOException;
  }

  private FeedSummary guarded(Reading reading) throws IOException {
    try {
      reading.run();
    } catch (Gathering.SinkFailure e) {
      throw e.cause();
    } catch (IOException e) {
      found.breaksOff("the feed breaks off after " + found.records() + " records: " + firstLine(e));
    }
    return found.summary();
  }

  /// A file of an archive or a folder: its end is not the end of the feed.
  private void member(String place, InputStream in, int layers) throws IOException {
    try {
      layer(place, in, layers, true);
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      found.malformed(place + ": " + firstLine(e));
    }
  }

  private void layer(String place, InputStream in, int layers, boolean isMember)
      throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(PEEK);
    byte[] head = buffered.readNBytes(PEEK);
    buffered.reset();
    if (starts(head, 0x1f, 0x8b) && layers < MOST_LAYERS) {
      layer(place, new GZIPInputStream(buffered, 1 << 16), layers + 1, isMember);
    } else if (starts(head, 'P', 'K', 3, 4) && layers < MOST_LAYERS) {
      zip(place, buffered, layers);
    } else {
      text(place, buffered, new String(head, StandardCharsets.UTF_8).strip(), isMember);
    }
  }

  private void zip(String place, InputStream in, int layers) throws IOException {
    ZipInputStream zip = new ZipInputStream(in);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (!entry.isDirectory()) {
        String name = place.isEmpty() ? entry.getName() : place + "!" + entry.getName();
        member(name, new NonClosing(zip), layers + 1);
      }
    }
  }

  private void text(String place, InputStream in, String head, boolean isMember)
      throws IOException {
    String start = head.startsWith("\uFEFF") ? head.substring(1).strip() : head;
    if (start.startsWith("{") || start.startsWith("[")) {
      new JsonFeed(place, found).read(new NonClosing(in));
    } else if (EpssCsv.isMeant(start)) {
      EpssCsv.read(place, lines(in), found);
    } else if (start.startsWith("---") || start.startsWith("distroversion:")) {
      yaml(place, lines(in));
    } else if (!isMember) {
      found.breaksOff("it is no feed that is understood");
      return;
    }
    if (!isMember && !found.isRecognised()) {
      found.malformed("there are no records in it that are understood");
    }
  }

  private static BufferedReader lines(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  private void yaml(String place, BufferedReader in) throws IOException {
    AlpineSecurity.yaml(
        in,
        new AlpineSecurity.Lines() {
          @Override
          public void fact(Fact fact) {
            found.take(FeedKind.ALPINE, "", fact);
          }

          @Override
          public void malformed(int line, String problem) {
            found.malformed(Gathering.at(place, "line " + line) + problem);
          }
        });
  }

  private static boolean starts(byte[] head, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= head.length || (head[i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static String firstLine(IOException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse("");
  }

  /// Leaves closing to whoever opened.
  private static final class NonClosing extends FilterInputStream {
    NonClosing(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
