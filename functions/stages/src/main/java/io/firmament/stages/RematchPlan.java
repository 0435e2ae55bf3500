package io.firmament.stages;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.analysis.advisory.UserIndex;
import io.firmament.analysis.advisory.WatchedKeys;
import io.firmament.base.Cursor;
import io.firmament.base.FirmwareId;
import io.firmament.base.Log;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.monitoring.FirmwareRef;
import io.firmament.platform.monitoring.KeyHashes;
import io.firmament.platform.monitoring.MonitoringStore;
import io.firmament.platform.monitoring.RematchQueue;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// Asks for the firmware that an index concerns to be matched again: what depends on a key under
/// which it says something else than the one before. All firmware is asked for where the one before
/// cannot be read.
final class RematchPlan {
  private static final Log LOG = Log.of(RematchPlan.class);

  /// Firmware that is asked for in one call.
  private static final int AT_A_TIME = 100;

  private final FirmwareStore firmware;
  private final MonitoringStore monitoring;
  private final RematchQueue queue;
  private final Advisories advisories;
  private final UserVulnerabilityStore userVulnerabilities;
  private final UserAdvisories userAdvisories;
  private final Clock clock;

  RematchPlan(StageWiring wiring, Advisories advisories) {
    this.firmware = wiring.store();
    this.monitoring = wiring.monitoring();
    this.queue = wiring.rematches();
    this.advisories = advisories;
    this.userVulnerabilities = wiring.userVulnerabilities();
    this.userAdvisories = wiring.userAdvisories();
    this.clock = wiring.clock();
  }

  /// Plans from the index that was planned with last to the one in use. Everything is asked for
  /// before it is noted as planned, so that a stop between asks for some twice and for none never.
  void run() throws IOException {
    long start = clock.millis();
    runForAllTenants();
    Optional<String> before = monitoring.planned();
    Advisories.Using now = advisories.current();
    if (before.equals(Optional.of(now.version()))) {
      return;
    }
    Optional<KeyHashes> changed = changed(before, now.index());
    Asking asking = new Asking();
    each(
        monitoring::tenants,
        tenant -> {
          if (changed.isPresent()) {
            monitoring.concerned(tenant, changed.get(), id -> asking.ask(tenant, id));
          } else {
            each(page -> firmware.list(tenant, page), (Firmware is) -> asking.ask(tenant, is.id()));
          }
        });
    asking.send();
    boolean noted = monitoring.planned(before, now.version());
    LOG.info(
        "rematch_planned",
        "index",
        now.version(),
        "before",
        before.orElse(""),
        "keys",
        changed.map(KeyHashes::size).orElse(-1),
        "firmware",
        asking.asked,
        "noted",
        noted,
        "millis",
        clock.millis() - start);
  }

  /// Empty where nobody can tell.
  private Optional<KeyHashes> changed(Optional<String> before, AdvisoryIndex now) {
    Optional<AdvisoryIndex> opened = before.flatMap(advisories::open);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (AdvisoryIndex old = opened.get()) {
      return Optional.of(KeyHashes.of(WatchedKeys.changed(old, now)));
    }
  }

  /// Plans from the index of a tenant's own records that was planned with last to the one of their
  /// latest revision, in the same way.
  void run(TenantId tenant) throws IOException {
    Optional<Sha256> now = userAdvisories.build(tenant);
    Optional<Sha256> before = userVulnerabilities.state(tenant).planned();
    if (now.isEmpty() || before.equals(now)) {
      return;
    }
    Optional<KeyHashes> changed = changed(tenant, before, now.get());
    Asking asking = new Asking();
    if (changed.isPresent()) {
      monitoring.concerned(tenant, changed.get(), id -> asking.ask(tenant, id));
    } else {
      each(page -> firmware.list(tenant, page), (Firmware is) -> asking.ask(tenant, is.id()));
    }
    asking.send();
    boolean noted = userVulnerabilities.planned(tenant, before, now.get());
    LOG.info(
        "user_rematch_planned",
        "tenant",
        tenant,
        "index",
        now.get(),
        "keys",
        changed.map(KeyHashes::size).orElse(-1),
        "firmware",
        asking.asked,
        "noted",
        noted);
  }

  /// Empty where nobody can tell.
  private Optional<KeyHashes> changed(TenantId tenant, Optional<Sha256> before, Sha256 now) {
    try (UserIndex old =
            before.isPresent() ? userAdvisories.open(tenant, before.get()) : UserIndex.none();
        UserIndex current = userAdvisories.open(tenant, now)) {
      return Optional.of(KeyHashes.of(WatchedKeys.changed(old, current)));
    } catch (IOException e) {
      LOG.warn("user_index_unusable", "tenant", tenant, "detail", e.getMessage());
      return Optional.empty();
    }
  }

  /// Sees to records of which a change was not announced, or not heard of.
  private void runForAllTenants() throws IOException {
    List<TenantId> tenants = new ArrayList<>();
    each(monitoring::tenants, tenants::add);
    for (TenantId tenant : tenants) {
      run(tenant);
    }
  }

  private static <T> void each(Function<PageRequest, Page<T>> list, Consumer<T> consumer) {
    Optional<Cursor> next = Optional.empty();
    do {
      Page<T> page = list.apply(new PageRequest(PageRequest.MAX_LIMIT, next));
      page.items().forEach(consumer);
      next = page.next();
    } while (next.isPresent());
  }

  /// Collects firmware and asks for it.
  private final class Asking {
    private final List<FirmwareRef> waiting = new ArrayList<>();
    private int asked;

    void ask(TenantId tenant, FirmwareId id) {
      waiting.add(new FirmwareRef(tenant, id));
      asked++;
      if (waiting.size() == AT_A_TIME) {
        send();
      }
    }

    void send() {
      queue.send(waiting);
      waiting.clear();
    }
  }
}
