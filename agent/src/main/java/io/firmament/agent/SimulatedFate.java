package io.firmament.agent;

import io.firmament.agent.update.Order;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What becomes of the updates of simulated devices: shares from 0 to 1, decided for each device
/// and rollout by a seed, so that a run can be repeated.
///
/// @param probeFails of the updates whose probe fails; they roll back. They are spread evenly over
///     devices that are numbered from 0 on: of N devices at least one fails from a share of 2/N
/// @param rollBackFails of those, the ones that cannot even be rolled back
/// @param unfit of the updates that do not fit
/// @param offline of the updates in whose midst the device is gone for a while
/// @param offlineFor how long it is gone
/// @param duplicates of the reports that are sent twice
/// @param step how long downloading, putting in place and probing take each
public record SimulatedFate(
    long seed,
    double probeFails,
    double rollBackFails,
    double unfit,
    double offline,
    Duration offlineFor,
    double duplicates,
    Duration step) {
  /// The fractional parts of the multiples of this are further apart from each other than those of
  /// any other number.
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}$");

  /// Everything works, at once.
  public static final SimulatedFate GOOD =
      new SimulatedFate(1, 0, 0, 0, 0, Duration.ZERO, 0, Duration.ZERO);

  public SimulatedFate {
    for (double share : new double[] {probeFails, rollBackFails, unfit, offline, duplicates}) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share is a number from 0 to 1, not " + share);
      }
    }
  }

  boolean probeFails(String device, Order.Key key) {
    double from = draw("probe", "", key.rollout());
    double place = from + GOLDEN * number(device);
    return place - Math.floor(place) < probeFails;
  }

  boolean rollBackFails(String device, Order.Key key) {
    return falls(rollBackFails, "roll back", device, key.rollout());
  }

  boolean isUnfit(String device, Order.Key key) {
    return falls(unfit, "unfit", device, key.rollout());
  }

  boolean goesOffline(String device, Order.Key key) {
    return falls(offline, "offline", device, key.toString());
  }

  boolean isSentTwice(String device, Order.Key key, String status) {
    return falls(duplicates, status, device, key.toString());
  }

  /// The number at the end of a device's name.
  private static int number(String device) {
    Matcher number = NUMBER.matcher(device);
    return number.find() ? Integer.parseInt(number.group()) : device.hashCode();
  }

  private boolean falls(double share, String what, String device, String update) {
    return draw(what, device, update) < share;
  }

  private double draw(String what, String device, String update) {
    long hash = (what + "\n" + device + "\n" + update).hashCode();
    return new SplittableRandom(seed * 31 + hash).nextDouble();
  }
}
