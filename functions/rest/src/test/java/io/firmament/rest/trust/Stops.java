package io.firmament.rest.trust;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.AuditEvent;
import io.firmament.platform.trust.KeySlot;
import io.firmament.platform.trust.MetadataStores;
import io.firmament.platform.trust.OnlineKeys;
import io.firmament.platform.trust.OnlineRole;
import io.firmament.platform.trust.TrustRecord;
import io.firmament.platform.trust.TrustStore;
import io.firmament.tuf.repository.MetadataStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Stops the platform after a number of writes, wherever they go: metadata, records or keys.
final class Stops {
  private final TrustUnderTest trust;
  private final MetadataStores metadata;
  private final TrustStore records;
  private final OnlineKeys keys;

  Stops(TrustUnderTest trust) {
    this.trust = trust;
    this.metadata = trust.metadata();
    this.records = trust.trust();
    this.keys = trust.onlineKeys();
  }

  /// Does something that stops after a write.
  ///
  /// @return whether it stopped; false where it made fewer writes
  boolean after(int writes, Runnable something) {
    AtomicInteger left = new AtomicInteger(writes);
    trust.metadata.set(tenant -> new StoppingStore(metadata.of(tenant), left));
    trust.store.set(new StoppingRecords(records, left));
    trust.keys.set(new StoppingKeys(keys, left));
    try {
      something.run();
      return false;
    } catch (StoppedException e) {
      return true;
    } finally {
      trust.metadata.set(metadata);
      trust.store.set(records);
      trust.keys.set(keys);
    }
  }

  private static final class StoppedException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super(new IOException("stopped"));
    }
  }

  private static <T> T counted(T result, AtomicInteger left) {
    if (left.decrementAndGet() == 0) {
      throw new StoppedException();
    }
    return result;
  }

  private record StoppingStore(MetadataStore store, AtomicInteger left) implements MetadataStore {
    @Override
    public Optional<Stored> read(String name) {
      return store.read(name);
    }

    @Override
    public boolean create(String name, byte[] file) {
      return counted(store.create(name, file), left);
    }

    @Override
    public Optional<String> replace(String name, Optional<String> tag, byte[] file) {
      return counted(store.replace(name, tag, file), left);
    }
  }

  private record StoppingRecords(TrustStore store, AtomicInteger left) implements TrustStore {
    @Override
    public Optional<TrustRecord> find(TenantId tenant) {
      return store.find(tenant);
    }

    @Override
    public boolean put(TrustRecord record, Optional<Instant> renewAt, AuditEvent audit) {
      return counted(store.put(record, renewAt, audit), left);
    }

    @Override
    public List<TenantId> due(Instant now, int limit) {
      return store.due(now, limit);
    }

    @Override
    public void renewed(TenantId tenant, Instant now, Instant next) {
      store.renewed(tenant, now, next);
    }
  }

  private record StoppingKeys(OnlineKeys keys, AtomicInteger left) implements OnlineKeys {
    @Override
    public KeySlot look(TenantId tenant, OnlineRole role, int slot) {
      return keys.look(tenant, role, slot);
    }

    @Override
    public KeySlot make(TenantId tenant, OnlineRole role, int slot) {
      return counted(keys.make(tenant, role, slot), left);
    }
  }
}
