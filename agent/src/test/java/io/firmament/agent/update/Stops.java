package io.firmament.agent.update;

import java.util.ArrayList;
import java.util.List;

/// Stops a device at one of the moments that it comes by, as a kill does: nothing of it runs on.
class Stops implements Checkpoint {
  private final List<String> moments = new ArrayList<>();
  private final int at;

  /// @param at the moment to stop at, counted from 1; 0 for never
  Stops(int at) {
    this.at = at;
  }

  static Stops never() {
    return new Stops(0);
  }

  @Override
  public void reached(String moment) {
    moments.add(moment);
    if (moments.size() == at) {
      throw new Stopped(moment);
    }
  }

  List<String> moments() {
    return List.copyOf(moments);
  }

  /// The device has stopped.
  static final class Stopped extends Error {
    Stopped(String moment) {
      super("stopped at: " + moment);
    }
  }

  /// A state store that the device may be stopped before and after.
  StateStore around(StateStore store) {
    return new StateStore() {
      @Override
      public UpdateState load() {
        return store.load();
      }

      @Override
      public void save(UpdateState state) {
        String what =
            state.job().map(job -> job.phase() + " " + job.starts()).orElse("no job")
                + ", to say "
                + state.outbox().size();
        reached("before " + what);
        store.save(state);
        reached("after " + what);
      }
    };
  }
}
