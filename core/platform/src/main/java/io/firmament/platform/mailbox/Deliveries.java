package io.firmament.platform.mailbox;

import static io.firmament.platform.rollout.Assignment.Status.APPLYING;
import static io.firmament.platform.rollout.Assignment.Status.DOWNLOADING;
import static io.firmament.platform.rollout.Assignment.Status.FAILED;
import static io.firmament.platform.rollout.Assignment.Status.HEALTHY;
import static io.firmament.platform.rollout.Assignment.Status.ROLLED_BACK;

import io.firmament.base.Log;
import io.firmament.base.RolloutId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Inventory;
import io.firmament.platform.fleet.RecordInventory;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.ArtifactRef;
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
  private static final String NO_WAY_BACK = "what the device had before is not known";

  private final Mailboxes mailboxes;
  private final DeviceAssignments assignments;
  private final SignedAssignments signing;
  private final LogStore logs;
  private final RecordInventory inventory;
  private final Clock clock;

  public Deliveries(
      Mailboxes mailboxes,
      DeviceAssignments assignments,
      SignedAssignments signing,
      LogStore logs,
      RecordInventory inventory,
      Clock clock) {
    this.mailboxes = mailboxes;
    this.assignments = assignments;
    this.signing = signing;
    this.logs = logs;
    this.inventory = inventory;
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

  /// The manifest of what a device is to install of an artifact, also to return to what it had
  /// before; with it the assignment counts as delivered. It says the same counter each time. A
  /// return of a device that had nothing that is known has failed.
  ///
  /// @return empty where there is nothing to install, or it cannot be signed now
  public Optional<byte[]> manifest(Device device, String artifact, ManifestSigner manifests) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Updates updates = updates(device);
      updates.find(artifact, false).ifPresent(told -> report(device, told, FAILED, NO_WAY_BACK));
      Optional<Open> open = open(device, updates, artifact);
      if (open.isEmpty()) {
        return Optional.empty();
      }
      DeviceAssignments.Told told =
          assignments.counted(open.get().told(), version(device, artifact));
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
        open(device, updates(device), artifact)
            .filter(each -> each.told().was().counter().isPresent());
    open.map(Open::told)
        .filter(told -> told.was().state() == Assignment.State.DELIVERED)
        .ifPresent(
            told -> {
              report(device, told, DOWNLOADING, "");
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
    ///
    /// @param assigned the counter of the assignment's manifest, and `assignedVersion` its version
    Optional<Assignment.Status> about(
        Assignment.Action action, long assigned, String assignedVersion) {
      boolean applies = action == Assignment.Action.APPLY;
      Assignment.Status refused = applies ? ROLLED_BACK : FAILED;
      if (reverted.equals(assignedVersion) && counter <= assigned) {
        return Optional.of(refused);
      }
      if (counter != assigned || !(version.isEmpty() || version.equals(assignedVersion))) {
        return Optional.empty();
      }
      Assignment.Status done = applies ? HEALTHY : ROLLED_BACK;
      return Optional.of(healthy.map(well -> well ? done : refused).orElse(APPLYING));
    }
  }

  /// Takes in what a device with manifests says about itself, as reports on the assignments that
  /// are open and as what it has installed. It never fails: a later heartbeat says it again.
  ///
  /// @return the device, with what it has installed now
  public Device running(Device device, Running running, ManifestSigner manifests) {
    Device known = device;
    try {
      Updates updates = updates(known);
      for (DeviceAssignments.Told told : updates.told()) {
        if (told.was().counter().isPresent() && told.installs()) {
          known = running(known, updates, told, running, manifests);
        }
      }
    } catch (RuntimeException outage) {
      failed("report_not_taken", outage, device);
    }
    return known;
  }

  private Device running(
      Device device,
      Updates updates,
      DeviceAssignments.Told told,
      Running running,
      ManifestSigner manifests) {
    Assignment.Action action = told.assignment().action();
    Optional<Assignment.Status> status =
        running.about(action, told.was().counter().orElseThrow(), told.artifact().version());
    boolean installed =
        status.equals(Optional.of(action == Assignment.Action.APPLY ? HEALTHY : ROLLED_BACK));
    // Before the report, by which the assignment is no longer open: what is not recorded now is
    // by the next heartbeat.
    Device known = installed ? installed(device, updates, told, manifests) : device;
    if (status.isPresent() && (!installed || has(known, told.artifact()))) {
      report(known, told, status.get(), running.detail());
    }
    return known;
  }

  private Device installed(
      Device device, Updates updates, DeviceAssignments.Told told, ManifestSigner manifests) {
    return document(device, updates, told)
        .flatMap(manifests::installed)
        .map(is -> inventory.record(device, device.inventory().with(told.artifact().id(), is)))
        .orElse(device);
  }

  private static boolean has(Device device, ArtifactRef artifact) {
    return version(device, artifact.id()).equals(Optional.of(artifact.version()));
  }

  private static Optional<String> version(Device device, String artifact) {
    return Optional.ofNullable(device.inventory().installed().get(artifact))
        .map(Inventory.Installed::version);
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

  /// All that a device is told of rollouts.
  private record Updates(
      Map<RolloutId, Mailboxes.Letter> letters, List<DeviceAssignments.Told> told) {
    /// @param installs whether the device shall install the artifact, or return from it
    Optional<DeviceAssignments.Told> find(String artifact, boolean installs) {
      return told.stream()
          .filter(each -> each.installs() == installs && each.artifact().id().equals(artifact))
          .findFirst();
    }

    Mailboxes.Letter letter(DeviceAssignments.Told of) {
      return Objects.requireNonNull(letters.get(of.rollout().id()));
    }
  }

  private Updates updates(Device device) {
    Mailboxes.Mailbox box = mailboxes.of(device.tenant(), device.name());
    Map<RolloutId, Mailboxes.Letter> letters = new HashMap<>();
    List<DeviceAssignments.Told> told = new ArrayList<>();
    for (Mailboxes.Letter letter : box.letters().values()) {
      if (letter.work() instanceof Work.Update(RolloutId rollout)) {
        letters.put(rollout, letter);
        countable(device, box, letter, rollout).ifPresent(told::add);
      }
    }
    return new Updates(letters, told);
  }

  private Optional<Open> open(Device device, Updates updates, String artifact) {
    return updates
        .find(artifact, true)
        .flatMap(
            told ->
                document(device, updates, told)
                    .map(document -> new Open(updates.letter(told), told, document)));
  }

  /// Of all together, as a heartbeat would have them signed.
  private Optional<SignedAssignments.Document> document(
      Device device, Updates updates, DeviceAssignments.Told told) {
    return signing.sign(device, updates.told()).stream()
        .filter(each -> each.told().rollout().id().equals(told.rollout().id()))
        .findFirst();
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
