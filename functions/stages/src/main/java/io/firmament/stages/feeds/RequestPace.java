package io.firmament.stages.feeds;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/// Keeps to a number of requests in a time that moves along.
///
/// @see <a href="https://nvd.nist.gov/developers/start-here">Rate limits of the NVD</a>
final class RequestPace {
  /// A little more than the server counts, for requests are not all as long on their way.
  private static final Duration MARGIN = Duration.ofMillis(200);

  private final int requests;
  private final Duration window;
  private final Deque<Instant> last = new ArrayDeque<>();

  RequestPace(int requests, Duration window) {
    this.requests = requests;
    this.window = window;
  }

  /// What the NVD lets an address without a key do, or one with a key.
  static RequestPace ofNvd(boolean withKey) {
    return new RequestPace(withKey ? 50 : 5, Duration.ofSeconds(30));
  }

  Duration window() {
    return window;
  }

  /// When the next request may be sent.
  Instant next(Instant now) {
    if (last.size() < requests) {
      return now;
    }
    Instant free = last.getFirst().plus(window).plus(MARGIN);
    return free.isAfter(now) ? free : now;
  }

  /// Notes a request.
  void sent(Instant at) {
    last.addLast(at);
    if (last.size() > requests) {
      last.removeFirst();
    }
  }
}
