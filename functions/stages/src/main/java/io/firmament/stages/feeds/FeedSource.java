package io.firmament.stages.feeds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A feed that is downloaded.
///
/// @param name of its file
/// @param digest where the SHA-256 of its uncompressed content is, as in the `.meta` files of the
///     NVD; empty where nobody says
/// @param api where it is no file but the NVD's API
public record FeedSource(String name, URI url, Optional<URI> digest, Optional<Api> api) {
  private static final String STANDARD = "feed-sources.tsv";
  private static final Pattern API = Pattern.compile("nvd-api(?::(\\d{1,4}))?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /// A feed that is a file.
  public FeedSource(String name, URI url, Optional<URI> digest) {
    this(name, url, digest, Optional.empty());
  }

  /// How the NVD's API is asked.
  ///
  /// @param firstDays how many days the first download goes back; 0 for all there is
  public record Api(int firstDays) {}

  /// The sources that come with Firmament. The NVD's API is one of them for who has a key: without,
  /// whoever shares an address shares its few requests.
  public static List<FeedSource> standard(boolean withKey) throws IOException {
    return standard().stream().filter(source -> withKey || source.api().isEmpty()).toList();
  }

  private static List<FeedSource> standard() throws IOException {
    InputStream resource = FeedSource.class.getResourceAsStream(STANDARD);
    if (resource == null) {
      throw new IOException("the program's own " + STANDARD + " is missing");
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return parse(in.lines().toList());
    }
  }

  /// A file of sources: name, URL and perhaps the URL of the digest, one source a line, separated
  /// by tabs; `#` begins a comment. In the place of the digest, `nvd-api` says that the URL is that
  /// of the NVD's API, and `nvd-api:8` that it is asked for the last 8 days at first.
  ///
  /// @throws IOException also for a line that is none of that, which it names
  public static List<FeedSource> read(Path file) throws IOException {
    return parse(Files.readAllLines(file));
  }

  /// The same of lines.
  static List<FeedSource> parse(List<String> lines) throws IOException {
    List<FeedSource> sources = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] columns = line.split("\t+");
      if (columns.length < 2
          || columns.length > 3
          || !NAME.matcher(columns[0]).matches()
          || !names.add(columns[0])) {
        throw new IOException(
            "line "
                + (i + 1)
                + " of the sources: a name of letters, digits, dots and dashes that is there once,"
                + " and a URL after a tab, are expected");
      }
      sources.add(source(columns, i));
    }
    return sources;
  }

  private static FeedSource source(String[] columns, int line) throws IOException {
    URI url = url(columns[1], line);
    String how = columns.length == 3 ? columns[2] : "";
    Matcher api = API.matcher(how);
    if (api.matches()) {
      int days = api.group(1) == null ? 0 : Integer.parseInt(api.group(1));
      return new FeedSource(columns[0], url, Optional.empty(), Optional.of(new Api(days)));
    }
    return new FeedSource(
        columns[0], url, how.isEmpty() ? Optional.empty() : Optional.of(url(how, line)));
  }

  private static URI url(String text, int line) throws IOException {
    try {
      URI url = URI.create(text);
      if (("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
          && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IOException("line " + (line + 1) + " of the sources: no URL: " + text);
  }
}
