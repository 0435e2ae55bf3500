package io.firmament.agent.update;

import java.io.IOException;
import java.io.OutputStream;

/// Where contents of targets come from.
@FunctionalInterface
public interface ContentSource {
  /// Writes the bytes of a target from an offset on, as they come.
  ///
  /// @param sink is told with [Sink#from] where the bytes begin before the first of them
  /// @throws IOException where they could not be had, or not all of them
  void read(Order.Target target, long offset, Sink sink) throws IOException, InterruptedException;

  /// Takes the bytes.
  interface Sink {
    /// Says where the bytes begin that follow: at the offset that was asked for, or at 0 where the
    /// source does not serve parts.
    OutputStream from(long offset) throws IOException;
  }
}
