package io.firmament.platform.mailbox;

import io.firmament.base.Log;
import io.firmament.base.RolloutId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.ManifestSigner;
import io.firmament.platform.rollout.RolloutProblem;
import io.firmament.platform.rollout.SignedAssignments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What a device's heartbeats tell it, and what it says about that.
public final class Deliveries {
  private static final Log LOG = Log.of(Deliveries.class);
  private static final int ATTEMPTS = 5;

  private final Mailboxes mailboxes;
  private final DeviceAssignments assignments;
  private final SignedAssignments signing;
  private final LogStore logs;
  private final Clock clock;

  public Deliveries(
      Mailboxes mailboxes,
      DeviceAssignments assignments,
      SignedAssignments signing,
      LogStore logs,
      Clock clock) {
    this.mailboxes = mailboxes;
    this.assignments = assignments;
    this.signing = signing;
    this.logs = logs;
    this.clock = clock;
  }

  /// What a heartbeat tells.
  public record Parcel(List<SignedAssignments.Document> assignments, List<LogRequest> logs) {
    static Parcel empty() {
      return new Parcel(List.of(), List.of());
    }
  }

  record Update(DeviceAssignments.Told told) implements Mailboxes.Told {}

  record Logs(LogRequest request) implements Mailboxes.Told {}

  /// What a device is told now. It never fails: what cannot be read, signed or written now is told
  /// by a later heartbeat.
  public Parcel tell(Device device) {
    try {
      Mailboxes.Mailbox box = mailboxes.of(device.tenant(), device.name());
      Map<Work, Mailboxes.Letter> letters = box.letters();
      return letters.isEmpty() ? Parcel.empty() : tell(device, box, letters);
    } catch (RuntimeException outage) {
      failed("mailbox_not_read", outage, device);
      return Parcel.empty();
    }
  }

  /// Only the requests for logs of what [#tell] tells, for a device that takes no assignments. It
  /// never fails.
  public List<LogRequest> logRequests(Device device) {
    List<LogRequest> requests = new ArrayList<>();
    try {
      Mailboxes.Mailbox box = mailboxes.of(device.tenant(), device.name());
      for (Mailboxes.Letter letter : box.letters().values()) {
        if (letter.work() instanceof Work.Logs work) {
          request(device, box, letter, work).ifPresent(requests::add);
        }
      }
    } catch (RuntimeException outage) {
      failed("mailbox_not_read", outage, device);
    }
    return List.copyOf(requests);
  }

  /// The manifest of what a device is to install of an artifact; with it the assignment counts as
  /// delivered. It says the same counter each time.
  ///
  /// @return empty where there is nothing to install, or it cannot be signed now
  public Optional<byte[]> manifest(Device device, String artifact, ManifestSigner manifests) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Open> open = open(device, artifact);
      if (open.isEmpty()) {
        return Optional.empty();
      }
      DeviceAssignments.Told told = assignments.counted(open.get().told());
      long counter = told.assignment().counter().orElseThrow();
      Optional<byte[]> signed = manifests.sign(device, open.get().document(), counter);
      if (signed.isEmpty()) {
        return Optional.empty();
      }
      if (assignments.deliver(told)) {
        open.get()
            .letter()
            .told(
                new Update(
                    new DeviceAssignments.Told(
                        told.rollout(), told.assignment(), told.assignment())));
        return signed;
      }
      mailboxes.renew(device.tenant(), device.name(), open.get().letter().work());
    }
    throw RolloutProblem.ROLLOUT_CHANGED.with("id", artifact);
  }

  /// What the director signed about the artifact that a device fetches now; the assignment counts
  /// as downloading.
  ///
  /// @return empty where the device has no manifest for it
  public Optional<byte[]> fetch(Device device, String artifact) {
    Optional<Open> open =
        open(device, artifact).filter(each -> each.told().was().counter().isPresent());
    open.map(Open::told)
        .filter(told -> told.was().state() == Assignment.State.DELIVERED)
        .ifPresent(
            told -> {
              report(device, told, Assignment.Status.DOWNLOADING, "");
              mailboxes.renew(device.tenant(), device.name(), new Work.Update(told.rollout().id()));
            });
    return open.map(each -> each.document().signed());
  }

  /// What a device with manifests says about itself.
  ///
  /// @param version that it runs; or empty
  /// @param counter of the manifest by which it got that; 0 where it was none
  /// @param reverted the version that it returned from; or empty
  /// @param healthy whether what it runs works; empty before it knows
  /// @param detail why, in the device's words
  public record Running(
      String version, long counter, String reverted, Optional<Boolean> healthy, String detail) {
    /// Whether it says anything.
    public boolean says() {
      return counter > 0 || !reverted.isEmpty();
    }

    /// What it says about one of its assignments.
    Optional<Assignment.Status> about(long assigned, String assignedVersion) {
      if (reverted.equals(assignedVersion) && counter <= assigned) {
        return Optional.of(Assignment.Status.ROLLED_BACK);
      }
      if (counter != assigned || !(version.isEmpty() || version.equals(assignedVersion))) {
        return Optional.empty();
      }
      return healthy
          .map(well -> well ? Assignment.Status.HEALTHY : Assignment.Status.ROLLED_BACK)
          .or(() -> Optional.of(Assignment.Status.APPLYING));
    }
  }

  /// Takes in what a device with manifests says about itself, as reports on the assignments that
  /// are open. It never fails: a later heartbeat says it again.
  public void running(Device device, Running running) {
    try {
      Mailboxes.Mailbox box = mailboxes.of(device.tenant(), device.name());
      for (Mailboxes.Letter letter : box.letters().values()) {
        if (letter.work() instanceof Work.Update(RolloutId rollout)) {
          countable(device, box, letter, rollout)
              .filter(Deliveries::hasManifest)
              .ifPresent(told -> running(device, told, running));
        }
      }
    } catch (RuntimeException outage) {
      failed("report_not_taken", outage, device);
    }
  }

  private void running(Device device, DeviceAssignments.Told told, Running running) {
    running
        .about(told.was().counter().orElseThrow(), told.rollout().wish().artifact().version())
        .ifPresent(status -> report(device, told, status, running.detail()));
  }

  private static boolean hasManifest(DeviceAssignments.Told told) {
    return told.was().counter().isPresent()
        && told.assignment().action() == Assignment.Action.APPLY;
  }

  private void report(
      Device device, DeviceAssignments.Told told, Assignment.Status status, String detail) {
    report(
        device,
        told.rollout().id(),
        new Assignment.Report(told.assignment().attempt(), status, detail));
  }

  /// Something that a device is to install, as it is told and as the director signs it.
  private record Open(
      Mailboxes.Letter letter, DeviceAssignments.Told told, SignedAssignments.Document document) {}

  private Optional<Open> open(Device device, String artifact) {
    Mailboxes.Mailbox box = mailboxes.of(device.tenant(), device.name());
    Map<RolloutId, Mailboxes.Letter> letters = new HashMap<>();
    List<DeviceAssignments.Told> updates = new ArrayList<>();
    for (Mailboxes.Letter letter : box.letters().values()) {
      if (letter.work() instanceof Work.Update(RolloutId rollout)) {
        letters.put(rollout, letter);
        countable(device, box, letter, rollout).ifPresent(updates::add);
      }
    }
    Optional<DeviceAssignments.Told> wanted =
        updates.stream()
            .filter(told -> told.assignment().action() == Assignment.Action.APPLY)
            .filter(told -> told.rollout().wish().artifact().id().equals(artifact))
            .findFirst();
    // All together, as a heartbeat would have them signed.
    return wanted.flatMap(
        told ->
            signing.sign(device, updates).stream()
                .filter(each -> each.told().rollout().id().equals(told.rollout().id()))
                .findFirst()
                .map(
                    document ->
                        new Open(
                            Objects.requireNonNull(letters.get(told.rollout().id())),
                            told,
                            document)));
  }

  private Parcel tell(Device device, Mailboxes.Mailbox box, Map<Work, Mailboxes.Letter> letters) {
    List<DeviceAssignments.Told> updates = new ArrayList<>();
    List<LogRequest> requests = new ArrayList<>();
    Map<RolloutId, Mailboxes.Letter> undelivered = new HashMap<>();
    for (Mailboxes.Letter letter : letters.values()) {
      try {
        switch (letter.work()) {
          case Work.Update(RolloutId rollout) -> {
            Optional<DeviceAssignments.Told> told = update(device, box, letter, rollout);
            if (told.isPresent() && letter.told().isEmpty()) {
              undelivered.put(rollout, letter);
            }
            told.ifPresent(updates::add);
          }
          case Work.Logs work -> request(device, box, letter, work).ifPresent(requests::add);
        }
      } catch (RuntimeException outage) {
        failed("work_not_read", outage, device);
      }
    }
    return new Parcel(documents(device, updates, undelivered), List.copyOf(requests));
  }

  private Optional<DeviceAssignments.Told> update(
      Device device, Mailboxes.Mailbox box, Mailboxes.Letter letter, RolloutId rollout) {
    if (letter.told().orElse(null) instanceof Update(DeviceAssignments.Told told)) {
      return Optional.of(told);
    }
    return ask(device, box, letter, rollout);
  }

  /// The same for manifests: what is known without a counter may have got one since, by way of
  /// another process.
  private Optional<DeviceAssignments.Told> countable(
      Device device, Mailboxes.Mailbox box, Mailboxes.Letter letter, RolloutId rollout) {
    return letter.told().orElse(null) instanceof Update(DeviceAssignments.Told told)
            && told.was().counter().isPresent()
        ? Optional.of(told)
        : ask(device, box, letter, rollout);
  }

  private Optional<DeviceAssignments.Told> ask(
      Device device, Mailboxes.Mailbox box, Mailboxes.Letter letter, RolloutId rollout) {
    return switch (assignments.ask(device.tenant(), rollout, device.name())) {
      case DeviceAssignments.Answer.Tell(DeviceAssignments.Told told) -> Optional.of(told);
      case DeviceAssignments.Answer.NotNow _ -> Optional.empty();
      case DeviceAssignments.Answer.Never _ -> {
        box.remove(letter);
        yield Optional.empty();
      }
    };
  }

  private Optional<LogRequest> request(
      Device device, Mailboxes.Mailbox box, Mailboxes.Letter letter, Work.Logs work) {
    Optional<LogRequest> request =
        letter.told().orElse(null) instanceof Logs(LogRequest known)
            ? Optional.of(known)
            : logs.find(device.tenant(), device.name(), work.request());
    Optional<LogRequest> open = request.filter(each -> each.open(clock.instant()));
    open.ifPresentOrElse(each -> letter.told(new Logs(each)), () -> box.remove(letter));
    return open;
  }

  /// Signs before anything is written down as delivered: what cannot be signed was not told.
  private List<SignedAssignments.Document> documents(
      Device device,
      List<DeviceAssignments.Told> updates,
      Map<RolloutId, Mailboxes.Letter> undelivered) {
    List<SignedAssignments.Document> told = new ArrayList<>();
    // A document may be one of before: what was read now is what is written.
    Map<RolloutId, DeviceAssignments.Told> now = new HashMap<>();
    updates.forEach(update -> now.put(update.rollout().id(), update));
    try {
      for (SignedAssignments.Document document : signing.sign(device, updates)) {
        RolloutId rollout = document.told().rollout().id();
        DeviceAssignments.Told is = now.getOrDefault(rollout, document.told());
        Mailboxes.Letter letter = undelivered.get(rollout);
        if (letter == null) {
          told.add(document);
        } else if (assignments.deliver(is)) {
          letter.told(
              new Update(
                  new DeviceAssignments.Told(is.rollout(), is.assignment(), is.assignment())));
          told.add(document);
        }
      }
    } catch (RuntimeException outage) {
      failed("assignments_not_delivered", outage, device);
    }
    return List.copyOf(told);
  }

  /// Takes in what a device says about an assignment.
  ///
  /// @throws io.firmament.base.ProblemException `assignment_unknown` for one that it was never
  ///     given
  public void report(Device device, RolloutId rollout, Assignment.Report report) {
    assignments.report(device.tenant(), rollout, device.name(), report);
    if (report.status().isFinal()) {
      mailboxes.renew(device.tenant(), device.name(), new Work.Update(rollout));
    }
  }

  /// A device has answered a request for logs.
  public void answered(LogRequest request) {
    mailboxes.renew(request.tenant(), request.device(), new Work.Logs(request.id()));
  }

  private static void failed(String event, RuntimeException outage, Device device) {
    LOG.error(event, outage, "tenant", device.tenant(), "device", device.name());
  }
}
