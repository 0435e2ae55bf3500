package io.firmament.agent;

import io.firmament.agent.update.TrustedRepository;
import io.firmament.base.Log;
import io.firmament.tuf.TufException;
import io.firmament.tuf.client.ClientLimits;
import io.firmament.tuf.client.HttpFetcher;
import io.firmament.tuf.client.TrustedStore;
import io.firmament.tuf.client.TufClient;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The metadata that simulated devices trust: one copy for all devices of a fleet that pin the same
/// root, fetched as one of them. It is verified once in a process and not once for each device, so
/// the load on the artifact server is that of one device; what the director signs is verified by
/// every device itself.
final class SharedRepositories {
  private static final Log LOG = Log.of(SharedRepositories.class);
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final Map<Key, Optional<TrustedRepository>> repositories = new ConcurrentHashMap<>();

  private record Key(String tenant, String fleet, String url) {}

  /// @param root the first root, as the platform has named it
  Optional<TrustedRepository> of(Identity identity, byte[] root, String url) {
    if (root.length == 0 || url.isEmpty()) {
      return Optional.empty();
    }
    Key key = new Key(identity.owner().tenant(), identity.owner().fleet(), url);
    return repositories.computeIfAbsent(key, _ -> open(identity, root, url));
  }

  private static Optional<TrustedRepository> open(Identity identity, byte[] root, String url) {
    TrustedStore store = new Memory();
    try {
      TufClient.initialize(store, root);
    } catch (TufException e) {
      LOG.warn("root_not_pinned", "reason", e.getMessage());
      return Optional.empty();
    }
    TufClient client =
        new TufClient(
            store,
            new HttpFetcher(Connections.https(identity), HttpFetcher.Pace.DEFAULT),
            URI.create(url + "/metadata/"),
            URI.create(url + "/targets/"),
            ClientLimits.DEFAULT,
            Clock.systemUTC());
    return Optional.of(new TrustedRepository(client, FRESH, System::nanoTime));
  }

  private static final class Memory implements TrustedStore {
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    @Override
    public Optional<byte[]> read(String role) {
      return Optional.ofNullable(files.get(role));
    }

    @Override
    public void write(String role, byte[] file) {
      files.put(role, file);
    }

    @Override
    public void delete(String role) {
      files.remove(role);
    }
  }
}
