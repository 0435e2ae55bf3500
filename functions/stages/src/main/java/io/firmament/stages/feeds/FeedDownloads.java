package io.firmament.stages.feeds;

import io.firmament.base.Log;
import io.firmament.base.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Downloads feeds into a folder: only what has changed (RFC 9110, section 13), and of what broke
/// off only the rest (section 14). A file appears whole or not at all; beside it, in files whose
/// names begin with a dot, is what the server said of it, and what is there of the next one.
public final class FeedDownloads implements AutoCloseable {
  private static final Log LOG = Log.of(FeedDownloads.class);
  private static final int REDIRECTS = 5;
  private static final int TRIES = 4;
  private static final int MOST_DIGEST_BYTES = 1 << 16;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Pattern DIGEST = Pattern.compile("(?im)^sha256:\\s*([0-9a-f]{64})\\s*$");
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(?:\\d{1,18}|\\*)");

  private final Path folder;
  private final long mostBytes;
  private final Clock clock;
  private final FeedHttp http;

  /// @param folder is made where it is not there
  /// @param mostBytes of one feed; a larger one is refused
  public FeedDownloads(Path folder, long mostBytes, Clock clock) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.mostBytes = mostBytes;
    this.clock = clock;
    this.http = new FeedHttp(clock);
  }

  /// How a download ended.
  public sealed interface Outcome {}

  /// The file is new.
  public record Fetched(Path file) implements Outcome {}

  /// The file is what the server has.
  public record Unchanged(Path file) implements Outcome {}

  /// Time was up, or the server asks for patience; what is there is kept, and the next call goes
  /// on.
  public record Later(String why) implements Outcome {}

  /// It cannot be had so; a file of before stays as it was.
  public record Failed(String why) implements Outcome {}

  /// Downloads a feed unless it has not changed.
  ///
  /// @param until when to stop
  public Outcome fetch(FeedSource source, Instant until) throws IOException {
    Kept kept = new Kept(folder, source);
    Optional<String> digest = Optional.empty();
    try {
      if (source.digest().isPresent()) {
        String found = digest(source.digest().get());
        if (kept.isWhole() && kept.state.getProperty(Kept.DIGEST, "").equals(found)) {
          return new Unchanged(kept.file);
        }
        digest = Optional.of(found);
      }
      for (int attempt = 1; ; attempt++) {
        try {
          return once(kept, digest, until);
        } catch (FeedHttp.Busy e) {
          if (attempt == TRIES || clock.instant().plus(e.time()).isAfter(until)) {
            return new Later(e.why());
          }
          FeedHttp.pause(e.time());
        } catch (IOException e) {
          LOG.warn("feed_broke_off", "feed", source.name(), "detail", e.toString());
          if (!clock.instant().isBefore(until)) {
            return new Later("time is up after " + kept.partSize() + " bytes");
          }
          if (attempt == TRIES) {
            return new Later("it broke off after " + kept.partSize() + " bytes: " + e);
          }
          FeedHttp.pause(FIRST_PAUSE.multipliedBy(1L << attempt));
        }
      }
    } catch (FeedHttp.Refused e) {
      return new Failed(e.why());
    } catch (FeedHttp.Busy e) {
      return new Later(e.why());
    } catch (IOException e) {
      return new Later("the server cannot be reached: " + e);
    }
  }

  /// What is known of a feed besides its file, for whoever keeps it elsewhere.
  ///
  /// @param whole what the server said of the file that was fetched last; empty where there is none
  /// @param begun what it said of the next one, of which a part is there; empty where none is
  public record Saved(SortedMap<String, String> whole, SortedMap<String, String> begun) {
    public Saved {
      whole = Collections.unmodifiableSortedMap(new TreeMap<>(whole));
      begun = Collections.unmodifiableSortedMap(new TreeMap<>(begun));
    }

    /// Of a feed that was never asked for.
    public static Saved nothing() {
      return new Saved(new TreeMap<>(), new TreeMap<>());
    }
  }

  /// What is known of a feed. Its part, where one is begun, is [#part].
  public Saved saved(FeedSource source) throws IOException {
    Kept kept = new Kept(folder, source);
    return new Saved(
        Kept.map(kept.state), kept.partSize() == 0 ? new TreeMap<>() : Kept.map(kept.begun()));
  }

  /// Brings back what was [#saved] of a feed whose file was taken.
  public void restore(FeedSource source, Saved saved) throws IOException {
    Kept kept = new Kept(folder, source);
    Files.deleteIfExists(kept.file);
    kept.restore(saved);
  }

  /// Where the part of a feed is.
  public Path part(FeedSource source) {
    return folder.resolve("." + source.name() + ".part");
  }

  /// Removes the file of a feed that was fetched: it is dealt with, and not fetched again before it
  /// changes.
  public void taken(FeedSource source) throws IOException {
    new Kept(folder, source).take();
  }

  private Outcome once(Kept kept, Optional<String> digest, Instant until)
      throws IOException, FeedHttp.Refused, FeedHttp.Busy {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    Optional<String> resumable = kept.resumable();
    if (resumable.isPresent()) {
      request.header("range", "bytes=" + kept.partSize() + "-").header("if-range", resumable.get());
    } else if (kept.isWhole() && digest.isEmpty()) {
      kept.of(Kept.ETAG).ifPresent(tag -> request.header("if-none-match", tag));
      kept.of(Kept.MODIFIED).ifPresent(date -> request.header("if-modified-since", date));
    }
    HttpResponse<InputStream> answer = send(kept.source.url(), request);
    try (InputStream body = answer.body()) {
      switch (answer.statusCode()) {
        case 304 -> {
          return new Unchanged(kept.file);
        }
        case 200 -> kept.begin(answer);
        case 206 -> requireRest(kept, answer);
        case 416 -> {
          kept.forget();
          throw new IOException("the server has no such rest");
        }
        default -> refuse(answer);
      }
      copy(body, kept, until);
    }
    if (digest.isPresent() && !kept.digestOfPart().equals(digest)) {
      kept.forget();
      throw new FeedHttp.Refused("its content is not what the digest says");
    }
    kept.keep(digest);
    return new Fetched(kept.file);
  }

  private static void requireRest(Kept kept, HttpResponse<?> answer) throws IOException {
    Matcher range = RANGE.matcher(answer.headers().firstValue("content-range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != kept.partSize()) {
      kept.forget();
      throw new IOException("the server sends another part than was asked for");
    }
  }

  private void refuse(HttpResponse<?> answer) throws FeedHttp.Refused, FeedHttp.Busy {
    int status = answer.statusCode();
    if (status == 429 || status >= 500) {
      Duration pause = http.retryAfter(answer.headers()).orElse(FIRST_PAUSE);
      throw new FeedHttp.Busy("the server answers " + status, pause);
    }
    throw new FeedHttp.Refused("the server answers " + status);
  }

  private void copy(InputStream body, Kept kept, Instant until)
      throws IOException, FeedHttp.Refused {
    try (OutputStream out =
        Files.newOutputStream(kept.part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      http.copy(body, out, mostBytes - kept.partSize(), until);
    } catch (FeedHttp.Refused e) {
      kept.forget();
      throw new FeedHttp.Refused("it is larger than " + mostBytes + " bytes");
    }
  }

  /// The answer after redirects. None leads from HTTPS to HTTP.
  private HttpResponse<InputStream> send(URI first, HttpRequest.Builder request)
      throws IOException, FeedHttp.Refused {
    URI url = first;
    for (int i = 0; i <= REDIRECTS; i++) {
      HttpResponse<InputStream> answer = http.get(url, request);
      Optional<String> location = answer.headers().firstValue("location");
      boolean redirected =
          switch (answer.statusCode()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
          };
      if (!redirected) {
        return answer;
      }
      answer.body().close();
      url = target(url, location.orElse(""));
    }
    throw new FeedHttp.Refused("it is redirected more than " + REDIRECTS + " times");
  }

  private static URI target(URI from, String location) throws FeedHttp.Refused {
    try {
      URI to = from.resolve(location);
      boolean secure = "https".equals(to.getScheme());
      boolean plain = "http".equals(to.getScheme()) && "http".equals(from.getScheme());
      if (!location.isEmpty() && to.getHost() != null && (secure || plain)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new FeedHttp.Refused("it is redirected to a place that is not taken: " + location);
  }

  private String digest(URI url) throws IOException, FeedHttp.Refused, FeedHttp.Busy {
    HttpResponse<InputStream> answer = send(url, HttpRequest.newBuilder());
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        refuse(answer);
      }
      String text = new String(body.readNBytes(MOST_DIGEST_BYTES), StandardCharsets.ISO_8859_1);
      Matcher found = DIGEST.matcher(text);
      if (!found.find()) {
        throw new FeedHttp.Refused("there is no SHA-256 at " + url);
      }
      return found.group(1).toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  /// What is there of a feed.
  private static final class Kept {
    static final String URL = "url";
    static final String ETAG = "etag";
    static final String MODIFIED = "modified";
    static final String DIGEST = "sha256";

    /// Is there where the file was dealt with and removed.
    static final String TAKEN = "taken";

    private final FeedSource source;
    private final Path file;
    private final Path part;
    private final Path stateFile;
    private final Path partStateFile;
    private final Properties state;

    Kept(Path folder, FeedSource source) throws IOException {
      this.source = source;
      this.file = folder.resolve(source.name());
      this.part = folder.resolve("." + source.name() + ".part");
      this.stateFile = folder.resolve("." + source.name() + ".state");
      this.partStateFile = folder.resolve("." + source.name() + ".part-state");
      this.state = read(stateFile);
    }

    private static Properties read(Path file) throws IOException {
      Properties properties = new Properties();
      if (Files.exists(file)) {
        try (InputStream in = Files.newInputStream(file)) {
          properties.load(in);
        } catch (IllegalArgumentException e) {
          properties.clear();
        }
      }
      return properties;
    }

    boolean isWhole() {
      return (Files.exists(file) || state.containsKey(TAKEN))
          && source.url().toString().equals(state.getProperty(URL));
    }

    static SortedMap<String, String> map(Properties properties) {
      SortedMap<String, String> map = new TreeMap<>();
      properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
      return map;
    }

    Properties begun() throws IOException {
      return read(partStateFile);
    }

    void take() throws IOException {
      state.setProperty(TAKEN, "true");
      write(state, stateFile);
      Files.deleteIfExists(file);
    }

    void restore(Saved saved) throws IOException {
      write(properties(saved.whole()), stateFile);
      write(properties(saved.begun()), partStateFile);
    }

    private static Properties properties(SortedMap<String, String> map) {
      Properties properties = new Properties();
      properties.putAll(map);
      return properties;
    }

    Optional<String> of(String name) {
      return Optional.ofNullable(state.getProperty(name));
    }

    long partSize() throws IOException {
      return Files.exists(part) ? Files.size(part) : 0;
    }

    /// The strong validator of what is there of the next file; a weak one allows no ranges.
    Optional<String> resumable() throws IOException {
      Properties begun = begun();
      if (partSize() == 0 || !source.url().toString().equals(begun.getProperty(URL))) {
        return Optional.empty();
      }
      return Optional.ofNullable(begun.getProperty(ETAG))
          .filter(tag -> tag.startsWith("\""))
          .or(() -> Optional.ofNullable(begun.getProperty(MODIFIED)));
    }

    /// A new file begins.
    void begin(HttpResponse<?> answer) throws IOException {
      forget();
      Properties begun = new Properties();
      begun.setProperty(URL, source.url().toString());
      answer.headers().firstValue("etag").ifPresent(tag -> begun.setProperty(ETAG, tag));
      answer
          .headers()
          .firstValue("last-modified")
          .ifPresent(date -> begun.setProperty(MODIFIED, date));
      write(begun, partStateFile);
    }

    void forget() throws IOException {
      Files.deleteIfExists(part);
      Files.deleteIfExists(partStateFile);
    }

    /// The new file takes the place of the one before; what is said of that goes first, so that a
    /// stop between has it fetched again.
    void keep(Optional<String> digest) throws IOException {
      Properties begun = begun();
      digest.ifPresent(hex -> begun.setProperty(DIGEST, hex));
      Files.deleteIfExists(stateFile);
      if (!Files.exists(part)) {
        Files.createFile(part);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      write(begun, stateFile);
      Files.deleteIfExists(partStateFile);
    }

    private static void write(Properties properties, Path file) throws IOException {
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      try (OutputStream out = Files.newOutputStream(whole)) {
        properties.store(out, null);
      }
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Of what is in the gzip file; empty where it cannot be read.
    Optional<String> digestOfPart() throws IOException {
      MessageDigest digest = Sha256.newDigest();
      byte[] buffer = new byte[1 << 16];
      try (InputStream raw = Files.newInputStream(part);
          InputStream in = source.name().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      } catch (ZipException | java.io.EOFException e) {
        return Optional.empty();
      }
      return Optional.of(Sha256.ofDigest(digest.digest()).hex());
    }
  }
}
