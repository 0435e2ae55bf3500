package io.firmament.platform.mailbox;

import io.firmament.base.Log;
import io.firmament.base.RolloutId;
import io.firmament.platform.fleet.Device;
import io.firmament.platform.fleet.Work;
import io.firmament.platform.logs.LogRequest;
import io.firmament.platform.logs.LogStore;
import io.firmament.platform.rollout.Assignment;
import io.firmament.platform.rollout.DeviceAssignments;
import io.firmament.platform.rollout.SignedAssignments;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a device's heartbeats tell it, and what it says about that.
public final class Deliveries {
  private static final Log LOG = Log.of(Deliveries.class);

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
