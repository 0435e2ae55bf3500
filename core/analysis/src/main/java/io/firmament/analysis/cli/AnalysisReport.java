package io.firmament.analysis.cli;

import io.avaje.jsonb.Json;
import io.firmament.analysis.identity.ImageIdentity;
import io.firmament.analysis.inventory.InventoryReport;
import io.firmament.analysis.unpack.UnpackReport;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Issue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The report of one analysis. The same bytes, limits and day give the same report, byte for byte;
/// it says nothing of where the image lay or how long it took.
///
/// @param reportVersion of this document's form
/// @param analysedAt the day that stood for today, `YYYY-MM-DD`
/// @param reason why it was not analysed, or not to the end; null where it was
/// @param explainedPercent how much of the image is a known container, a known file or padding
/// @param inventoryNotes what limits the list of components
@Json
record AnalysisReport(
    int reportVersion,
    Input input,
    String analysedAt,
    Outcome outcome,
    @Nullable String reason,
    double explainedPercent,
    List<UnpackReport.ChunkView> chunks,
    List<UnpackReport.NoteView> notes,
    UnpackReport.Counts counts,
    Identity identity,
    List<Component> components,
    List<String> inventoryNotes,
    List<Issue> issues) {
  /// What was analysed.
  @Json
  record Input(long size, String sha256) {}

  /// What the image is made for; null is "not seen".
  @Json
  record Identity(
      @Nullable String architecture,
      @Nullable String endianness,
      @Nullable Integer bits,
      @Nullable String os,
      @Nullable String distribution,
      @Nullable String distributionVersion,
      @Nullable String kernelVersion,
      @Nullable String board,
      @Nullable String soc) {
    static Identity of(ImageIdentity identity) {
      return new Identity(
          identity.architecture(),
          identity.endianness(),
          identity.bits(),
          identity.operatingSystem(),
          identity.distribution(),
          identity.distributionVersion(),
          identity.kernelVersion(),
          identity.board(),
          identity.soc());
    }
  }

  static AnalysisReport of(
      UnpackReport unpacked,
      InventoryReport inventory,
      List<Issue> issues,
      String analysedAt,
      Outcome outcome,
      @Nullable String reason) {
    return new AnalysisReport(
        1,
        new Input(unpacked.inputSize(), unpacked.inputSha256()),
        analysedAt,
        outcome,
        reason,
        unpacked.explainedPercent(),
        unpacked.chunks(),
        unpacked.notes(),
        unpacked.counts(),
        Identity.of(inventory.identity()),
        inventory.components(),
        inventory.notes(),
        issues);
  }
}
