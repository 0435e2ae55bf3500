package io.firmament.schema;

import java.util.List;
import java.util.Locale;

/// The functions of the analysis pipeline and of what keeps its results up to date, and what each
/// may touch: the CDK app gives their roles no more, and the local platform lets them do no more.
public enum StageRole {
  UNPACK,
  IDENTIFY,
  INSPECT,
  MATCH,
  PUBLISH,
  /// Matches analysed firmware again when the facts change.
  MONITOR,
  /// Ends what failed for good.
  DEAD_LETTER;

  /// The name in function names and, but for the last, of its queue.
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// What it may do, besides reading its queue and sending to those of [#next()].
  public List<Grant> grants() {
    return switch (this) {
      // Identifying reads the SBOM that came with the image.
      case UNPACK, IDENTIFY ->
          List.of(
              Grant.FIRMWARE_READ,
              Grant.FIRMWARE_WRITE,
              Grant.UPLOADS_READ,
              Grant.DOCUMENTS_READ,
              Grant.DOCUMENTS_WRITE);
      case INSPECT, MATCH ->
          List.of(
              Grant.FIRMWARE_READ,
              Grant.FIRMWARE_WRITE,
              Grant.DOCUMENTS_READ,
              Grant.DOCUMENTS_WRITE);
      // The artifacts made of an image hear what was found in it, at first and whenever it changes.
      case MONITOR ->
          List.of(
              Grant.FIRMWARE_READ,
              Grant.FIRMWARE_WRITE,
              Grant.FLEET_READ,
              Grant.FLEET_WRITE,
              Grant.DOCUMENTS_READ,
              Grant.DOCUMENTS_WRITE);
      case PUBLISH ->
          List.of(
              Grant.FIRMWARE_READ,
              Grant.FIRMWARE_WRITE,
              Grant.FLEET_READ,
              Grant.FLEET_WRITE,
              Grant.DOCUMENTS_READ);
      // An image that nobody has received yet is looked at for its size.
      case DEAD_LETTER -> List.of(Grant.FIRMWARE_READ, Grant.FIRMWARE_WRITE, Grant.UPLOADS_READ);
    };
  }

  /// Who gets a message when it is done.
  public List<StageRole> next() {
    return switch (this) {
      case UNPACK -> List.of(IDENTIFY, INSPECT);
      case IDENTIFY -> List.of(MATCH);
      case INSPECT, MATCH -> List.of(PUBLISH);
      // An index may have come into use while the image was analysed.
      case PUBLISH, MONITOR -> List.of(MONITOR);
      case DEAD_LETTER -> List.of();
    };
  }
}
