package io.firmament.analysis.advisory;

import io.firmament.base.finding.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How soon somebody should look at a match, and why: a function of its signals.
///
/// The score is threat times severity times how likely the match applies times exposure, more with
/// more devices.
public final class Urgency {
  /// Below, a match is not taken to apply.
  private static final int HIDDEN_BELOW = -2;

  private static final double LIKELY = 0.1;
  private static final double SEVERE = 7.0;

  /// What is not known of exploitation counts as a little, of severity as the middle.
  private static final double UNKNOWN_THREAT = 0.05;

  private static final double UNKNOWN_SEVERITY = 0.5;

  private Urgency() {}

  /// What SSVC's coordinator tree (CISA) comes to.
  public enum Decision {
    TRACK,
    TRACK_CLOSELY,
    ATTEND,
    ACT;

    /// By the three points that CISA publishes; how much depends on the system is taken as medium.
    ///
    /// @param points exploitation, automatable and technical impact, for example `active/yes/total`
    public static Optional<Decision> of(String points) {
      return switch (points) {
        case "active/yes/total" -> Optional.of(ACT);
        case "active/yes/partial", "active/no/total" -> Optional.of(ATTEND);
        case "poc/yes/total", "poc/no/total", "none/yes/total" -> Optional.of(TRACK_CLOSELY);
        case "active/no/partial",
            "poc/yes/partial",
            "poc/no/partial",
            "none/yes/partial",
            "none/no/total",
            "none/no/partial" ->
            Optional.of(TRACK);
        default -> Optional.empty();
      };
    }
  }

  /// What is known of a match.
  ///
  /// @param exploited whether it is in CISA's catalogue
  /// @param ransomware whether campaigns use it
  /// @param epss probability of exploitation within 30 days, 0 to 1
  /// @param cvss base score, 0 to 10
  /// @param impact the score of the impact assessment, -10 to 10
  /// @param network whether the component takes connections from the network
  /// @param devices how many run the firmware; 0 where none or not known
  public record Signals(
      boolean exploited,
      boolean ransomware,
      Optional<Double> epss,
      Optional<Double> cvss,
      Optional<Decision> decision,
      int impact,
      Optional<Boolean> network,
      long devices) {}

  /// Weighs the signals.
  public static Priority of(Signals signals) {
    List<String> reasons = new ArrayList<>();
    double threat = threat(signals, reasons);
    double severity = signals.cvss().map(cvss -> cvss / 10).orElse(UNKNOWN_SEVERITY);
    reasons.add(
        signals.cvss().isPresent()
            ? "severity: CVSS " + signals.cvss().get()
            : "severity-unknown: nobody has scored it");
    double risk = Math.min(1, threat * severity * (signals.ransomware() ? 1.1 : 1));
    double applies = applies(signals.impact());
    reasons.add("applicability: the impact assessment has " + signals.impact());
    double exposure = signals.network().map(listens -> listens ? 1.0 : 0.6).orElse(0.8);
    reasons.add(
        "exposure: "
            + signals
                .network()
                .map(
                    listens ->
                        listens
                            ? "it can be reached from the network"
                            : "it cannot be reached from the network")
                .orElse("whether it can be reached from the network is not known"));
    signals
        .decision()
        .ifPresent(
            decision ->
                reasons.add(
                    "ssvc: CISA's decision points come to "
                        + decision.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    double fleet = 1 + Math.log10(1.0 + Math.max(0, signals.devices())) / 10;
    if (signals.devices() > 0) {
      reasons.add("fleet: " + signals.devices() + " devices run it");
    }
    double score = Math.min(100, 100 * risk * applies * exposure * fleet);
    return new Priority(Math.round(score * 10) / 10.0, band(signals), reasons);
  }

  private static double threat(Signals signals, List<String> reasons) {
    if (signals.exploited()) {
      reasons.add("known-exploited: it is in CISA's catalogue");
      return 1;
    }
    if (signals.epss().isPresent()) {
      reasons.add(String.format(Locale.ROOT, "epss: exploitation has %.3f", signals.epss().get()));
      return signals.epss().get();
    }
    reasons.add("threat-unknown: neither listed as exploited nor scored by EPSS");
    return UNKNOWN_THREAT;
  }

  /// 0.1 for what is hidden, then evenly up to 1 for what is relevant.
  private static double applies(int impact) {
    if (impact < HIDDEN_BELOW) {
      return 0.1;
    }
    return Math.min(1, 0.7 + 0.1 * (impact - HIDDEN_BELOW));
  }

  private static Priority.Band band(Signals signals) {
    if (signals.impact() < HIDDEN_BELOW) {
      return Priority.Band.P3;
    }
    boolean reachable = signals.network().orElse(false);
    if (signals.exploited() && signals.impact() >= 0 && reachable) {
      return Priority.Band.P0;
    }
    boolean likely = signals.epss().map(epss -> epss >= LIKELY).orElse(false);
    if (signals.exploited() || likely || signals.decision().equals(Optional.of(Decision.ACT))) {
      return Priority.Band.P1;
    }
    return signals.cvss().map(cvss -> cvss >= SEVERE).orElse(false)
        ? Priority.Band.P2
        : Priority.Band.P3;
  }
}
