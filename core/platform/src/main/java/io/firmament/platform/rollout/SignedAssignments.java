package io.firmament.platform.rollout;

import io.firmament.base.LastUsed;
import io.firmament.base.Log;
import io.firmament.base.RolloutId;
import io.firmament.base.TenantId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.DeviceName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Signs what devices are told, and remembers it until half of its life has passed, or the director
/// has another key: a device asks many times.
///
/// All that a device is told is signed together, in its order, and anew as soon as one thing of it
/// is another: a device takes nothing that was issued before what it took last.
public final class SignedAssignments {
  private static final Log LOG = Log.of(SignedAssignments.class);

  /// About 20 MB.
  private static final int MAX_DEVICES = 10_000;

  private static final int MAX_TENANTS = 1_000;

  /// How soon it is tried again to sign what could not be.
  private static final Duration RETRY = Duration.ofSeconds(2);

  /// How often it is asked whether what was signed still stands.
  private static final Duration CHECK = Duration.ofSeconds(30);

  private static final Duration LOG_EVERY = Duration.ofMinutes(5);

  private final AssignmentSigner signer;
  private final Clock clock;
  private final LastUsed<Key, Entry> entries = new LastUsed<>(MAX_DEVICES);
  private final LastUsed<TenantId, Instant> logged = new LastUsed<>(MAX_TENANTS);

  public SignedAssignments(AssignmentSigner signer, Clock clock) {
    this.signer = signer;
    this.clock = clock;
  }

  private record Key(TenantId tenant, DeviceName device) {}

  /// All that the documents depend on.
  private record Subject(
      RolloutId rollout, int attempt, Assignment.Action action, ArtifactRef artifact) {
    static Subject of(DeviceAssignments.Told told) {
      return new Subject(
          told.rollout().id(),
          told.assignment().attempt(),
          told.assignment().action(),
          told.artifact());
    }
  }

  /// @param checkAt when to ask again whether the documents stand
  private record Entry(
      List<Subject> subjects, List<Document> documents, Instant until, Instant checkAt) {
    Entry checkedUntil(Instant next) {
      return new Entry(subjects, documents, until, next);
    }
  }

  /// What a device is told, and the document that it believes.
  public record Document(DeviceAssignments.Told told, byte[] signed) {}

  /// The documents of what a device is told; what cannot be signed now is missing.
  public List<Document> sign(Device device, List<DeviceAssignments.Told> told) {
    if (told.isEmpty()) {
      return List.of();
    }
    Key key = new Key(device.tenant(), device.name());
    List<Subject> subjects = told.stream().map(Subject::of).toList();
    Instant now = clock.instant();
    return entries
        .find(key)
        .filter(entry -> entry.subjects().equals(subjects) && now.isBefore(entry.until()))
        .filter(entry -> now.isBefore(entry.checkAt()) || stands(key, device, entry, now))
        .orElseGet(() -> signAll(key, device, subjects, told))
        .documents();
  }

  private boolean stands(Key key, Device device, Entry entry, Instant now) {
    boolean stands = entry.documents().stream().allMatch(each -> stands(device, each));
    if (stands) {
      entries.put(key, entry.checkedUntil(now.plus(CHECK)));
    }
    return stands;
  }

  /// What cannot be looked up now stands until it can.
  private boolean stands(Device device, Document document) {
    try {
      return signer.stands(device, document.signed());
    } catch (RuntimeException outage) {
      return true;
    }
  }

  private Entry signAll(
      Key key, Device device, List<Subject> subjects, List<DeviceAssignments.Told> told) {
    Instant now = clock.instant();
    Instant until = Instant.MAX;
    List<Document> documents = new ArrayList<>();
    for (DeviceAssignments.Told each : told) {
      switch (signer.sign(device, each)) {
        case AssignmentSigner.Outcome.Signed signed -> {
          documents.add(new Document(each, signed.document()));
          Duration life = Duration.between(signed.issued(), signed.expires());
          until = earlier(until, signed.issued().plus(life.dividedBy(2)));
        }
        case AssignmentSigner.Outcome.Unsigned(String reason) -> {
          log(device, reason, now);
          until = earlier(until, now.plus(RETRY));
        }
      }
    }
    Entry entry = new Entry(subjects, List.copyOf(documents), until, now.plus(CHECK));
    entries.put(key, entry);
    return entry;
  }

  private void log(Device device, String reason, Instant now) {
    boolean recent =
        logged.find(device.tenant()).filter(at -> now.isBefore(at.plus(LOG_EVERY))).isPresent();
    if (!recent) {
      logged.put(device.tenant(), now);
      LOG.warn(
          "assignments_not_signed",
          "tenant",
          device.tenant(),
          "device",
          device.name(),
          "reason",
          reason);
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
