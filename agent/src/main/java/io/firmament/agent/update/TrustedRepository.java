package io.firmament.agent.update;

import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.Target;
import io.firmament.tuf.client.TufClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/// A repository's metadata as one client trusts it, for any number of threads.
///
/// A simulator has one for all devices of a fleet: they would trust the same from the same root,
/// and each would ask for the same files. What is signed for a device alone is checked for each.
public final class TrustedRepository {
  private final TufClient client;
  private final Duration fresh;
  private final LongSupplier nanoTime;
  private boolean refreshed;
  private long refreshedAt;
  private volatile Map<String, Long> versions = Map.of();

  /// @param fresh for how long after an update cycle no other one is begun
  public TrustedRepository(TufClient client, Duration fresh, LongSupplier nanoTime) {
    this.client = client;
    this.fresh = fresh;
    this.nanoTime = nanoTime;
  }

  /// Runs an update cycle, unless one has just been run.
  synchronized void refresh() throws TufException {
    long now = nanoTime.getAsLong();
    if (refreshed && now - refreshedAt < fresh.toNanos()) {
      return;
    }
    refreshed = false;
    client.refresh();
    refreshed = true;
    refreshedAt = now;
    versions = client.versions();
  }

  synchronized DeviceAssignment assignment(byte[] signed) throws TufException {
    return client.assignment(signed);
  }

  synchronized Target find(String path) throws TufException {
    Target target = client.find(path);
    versions = client.versions();
    return target;
  }

  /// The versions of the metadata that is trusted, by role; empty before the first update.
  public Map<String, Long> versions() {
    return versions;
  }
}
