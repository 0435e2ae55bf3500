package io.firmament.stages.feeds;

import io.firmament.base.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads vulnerabilities by the NVD's CVE API 2.0: at first all, or those changed in the last days,
/// then what has changed since, in windows of at most 120 days, page by page.
///
/// Pages may come twice: where the total changes from one page to the next, records may have moved
/// over its edge, so that the window is read again. In a reading of all there is, new records come
/// at the end, and only a total that falls says that others have moved.
///
/// @see <a href="https://nvd.nist.gov/developers/vulnerabilities">Vulnerabilities API</a>
final class NvdApi implements AutoCloseable {
  private static final Log LOG = Log.of(NvdApi.class);
  private static final int MOST_RECORDS = 2_000;
  private static final long MOST_BYTES = 512L << 20;
  private static final int TRIES = 4;
  private static final int RESTARTS = 5;
  private static final Duration WINDOW = Duration.ofDays(120);

  /// Changes may show a little after their own time.
  private static final Duration OVERLAP = Duration.ofMinutes(15);

  private static final Set<Integer> BUSY = Set.of(403, 408, 429);
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

  private final Path folder;
  private final Optional<String> key;
  private final RequestPace pace;
  private final int pageSize;
  private final Clock clock;
  private final FeedHttp http;
  private int files;

  /// @param folder gets the pages
  /// @param key goes to the server in a header, and nowhere else
  NvdApi(Path folder, Optional<String> key, Clock clock) {
    this(folder, key, RequestPace.ofNvd(key.isPresent()), MOST_RECORDS, clock);
  }

  /// @param pageSize how many records are asked for at once, at most 2,000
  NvdApi(Path folder, Optional<String> key, RequestPace pace, int pageSize, Clock clock) {
    this.folder = folder;
    this.key = key;
    this.pace = pace;
    this.pageSize = pageSize;
    this.clock = clock;
    this.http = new FeedHttp(clock);
  }

  /// What a reading gave.
  ///
  /// @param pages files, in the order in which they came
  /// @param progress where to go on once the pages are kept
  /// @param trouble why it did not get to the end
  record Reading(List<Path> pages, NvdProgress progress, Optional<Trouble> trouble) {
    Reading {
      pages = List.copyOf(pages);
    }
  }

  /// Why a reading stopped.
  ///
  /// @param passing whether it may be otherwise next time
  record Trouble(String why, boolean passing) {}

  /// Reads until now, or until time is up.
  Reading read(FeedSource source, NvdProgress before, Instant until) throws IOException {
    FeedSource.Api api = source.api().orElseThrow();
    List<Path> pages = new ArrayList<>();
    NvdProgress progress = before;
    int restarts = 0;
    try {
      while (true) {
        if (progress.isBetweenWindows()) {
          progress = open(progress, api);
        }
        Path file = folder.resolve("nvd-" + files++ + ".json");
        NvdPage page = page(source.url(), progress, file, until);
        if (page.records() > 0) {
          pages.add(file);
        }
        boolean moved = hasMoved(progress, page);
        restarts += moved ? 1 : 0;
        boolean last = isLast(progress);
        progress = after(progress, page, moved);
        if (progress.isBetweenWindows() && last) {
          return new Reading(pages, progress, Optional.empty());
        }
        if (moved && restarts > RESTARTS) {
          throw new IOException("the total changes from page to page");
        }
      }
    } catch (FeedHttp.Refused e) {
      return new Reading(pages, progress, Optional.of(new Trouble(e.why(), false)));
    } catch (FeedHttp.Busy e) {
      return new Reading(pages, progress, Optional.of(new Trouble(e.why(), true)));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return new Reading(pages, progress, Optional.of(new Trouble(why, true)));
    }
  }

  /// The next window, of which nothing is there yet.
  private NvdProgress open(NvdProgress progress, FeedSource.Api api) {
    Instant now = clock.instant();
    if (progress.watermark().isEmpty() && api.firstDays() == 0) {
      return progress.window("", "");
    }
    Instant from =
        progress.watermark().isEmpty()
            ? now.minus(Duration.ofDays(api.firstDays()))
            : Instant.parse(progress.watermark());
    Instant to = from.plus(WINDOW).isBefore(now) ? from.plus(WINDOW) : now;
    return progress.window(from.toString(), to.toString());
  }

  private static boolean hasMoved(NvdProgress progress, NvdPage page) {
    boolean first = progress.isBetweenWindows();
    boolean other =
        progress.isOfAll() ? page.total() < progress.total() : page.total() != progress.total();
    return (!first && other) || (page.records() == 0 && progress.next() < page.total());
  }

  private NvdProgress after(NvdProgress progress, NvdPage page, boolean moved) {
    String time = page.time().orElseGet(clock::instant).toString();
    if (moved) {
      return progress.at(time, 0, page.total());
    }
    NvdProgress next = progress.at(time, progress.next() + page.records(), page.total());
    return next.next() < next.total() ? next : next.end(known(next));
  }

  /// All that was changed a while before the window's end is known, as far as the server knew it.
  private static String known(NvdProgress done) {
    Instant began = Instant.parse(done.began());
    Instant end = done.isOfAll() ? began : Instant.parse(done.to());
    return (end.isBefore(began) ? end : began).minus(OVERLAP).toString();
  }

  private boolean isLast(NvdProgress window) {
    return !window.isOfAll() && Instant.parse(window.to()).plus(OVERLAP).isAfter(clock.instant());
  }

  private NvdPage page(URI url, NvdProgress progress, Path file, Instant until)
      throws IOException, FeedHttp.Refused, FeedHttp.Busy {
    for (int attempt = 1; ; attempt++) {
      try {
        return once(url, progress, file, until);
      } catch (FeedHttp.Busy e) {
        if (attempt == TRIES || clock.instant().plus(e.time()).isAfter(until)) {
          throw e;
        }
        FeedHttp.pause(e.time());
      } catch (IOException e) {
        LOG.warn("feed_broke_off", "feed", "nvd-api", "detail", e.toString());
        if (attempt == TRIES || !clock.instant().isBefore(until)) {
          throw e;
        }
      }
    }
  }

  private NvdPage once(URI url, NvdProgress progress, Path file, Instant until)
      throws IOException, FeedHttp.Refused, FeedHttp.Busy {
    awaitTurn(until);
    HttpResponse<InputStream> answer = http.get(query(url, progress), request(url));
    try (InputStream body = answer.body()) {
      refuse(answer);
      try (OutputStream out = Files.newOutputStream(file)) {
        http.copy(body, out, MOST_BYTES, until);
      }
    }
    NvdPage page = NvdPage.read(file);
    if (page.start() != progress.next() || page.start() + page.records() > page.total()) {
      throw new IOException("the server sends another page than was asked for");
    }
    return page;
  }

  private void awaitTurn(Instant until) throws IOException, FeedHttp.Busy {
    Instant now = clock.instant();
    Instant turn = pace.next(now);
    if (turn.isAfter(until)) {
      throw new FeedHttp.Busy("its rate limit leaves no time", Duration.between(now, turn));
    }
    FeedHttp.pause(Duration.between(now, turn));
    pace.sent(clock.instant());
  }

  /// The key goes to no other place than the one that is named, and not in the clear.
  private HttpRequest.Builder request(URI url) throws FeedHttp.Refused {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    if (key.isPresent()) {
      if (!"https".equals(url.getScheme()) && !LOOPBACK.contains(url.getHost())) {
        throw new FeedHttp.Refused("a key is sent by https only");
      }
      request.header("apiKey", key.get());
    }
    return request;
  }

  private URI query(URI url, NvdProgress progress) {
    String window =
        progress.isOfAll()
            ? ""
            : "&lastModStartDate=" + progress.from() + "&lastModEndDate=" + progress.to();
    return URI.create(
        url + "?resultsPerPage=" + pageSize + "&startIndex=" + progress.next() + window);
  }

  /// The NVD answers 403 where there were too many requests.
  private void refuse(HttpResponse<?> answer) throws FeedHttp.Refused, FeedHttp.Busy {
    int status = answer.statusCode();
    if (status == 200) {
      return;
    }
    String why = "the server answers " + status;
    if (BUSY.contains(status) || status >= 500) {
      throw new FeedHttp.Busy(why, http.retryAfter(answer.headers()).orElse(pace.window()));
    }
    String said = answer.headers().firstValue("message").orElse("");
    throw new FeedHttp.Refused(
        said.isEmpty() ? why : why + ": " + said.substring(0, Math.min(200, said.length())));
  }

  @Override
  public void close() {
    http.close();
  }
}
