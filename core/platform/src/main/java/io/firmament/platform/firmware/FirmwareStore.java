package io.firmament.platform.firmware;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import java.time.Instant;
import java.util.Optional;

/// Products, uploads, firmware, and what the analyses found, each within its tenant: an id of
/// another tenant finds nothing. Every write may be repeated without a second effect.
public interface FirmwareStore {
  /// The tenant's product of the candidate's vendor and name; the candidate itself, stored, where
  /// there was none.
  Product ensureProduct(Product candidate);

  Optional<Product> findProduct(TenantId tenant, ProductId id);

  /// Stores a new upload. Its ids are new; an upload of the same id stays as it was.
  void createUpload(Upload upload);

  /// An upload that is used or expired is still found, for at least a week.
  Optional<Upload> findUpload(TenantId tenant, UploadId id);

  /// Marks the upload used and stores its firmware, in one step.
  ///
  /// @return whether this call did; false where the upload was used before
  boolean receive(Upload upload, Firmware firmware);

  Optional<Firmware> find(TenantId tenant, FirmwareId id);

  /// All firmware of the tenant, newest upload first.
  Page<Firmware> list(TenantId tenant, PageRequest page);

  /// All firmware of a product, newest upload first.
  Page<Firmware> timeline(TenantId tenant, ProductId product, PageRequest page);

  /// A waiting analysis begins.
  ///
  /// @return the analysis as it is now; empty where the firmware's latest analysis is another one
  Optional<Analysis> begin(AnalysisKey key, Instant now);

  /// A stage's document is written; nothing happens to an analysis that is done.
  ///
  /// @return the analysis as it is now; empty where the firmware's latest analysis is another one
  Optional<Analysis> complete(AnalysisKey key, Stage stage);

  /// The document of MATCH is written; nothing happens to an analysis that is done.
  ///
  /// @return as [#complete] does
  Optional<Analysis> completeMatch(AnalysisKey key, Matched matched);

  /// Ends the analysis, unless it has ended before.
  ///
  /// @return whether this call did
  boolean finish(AnalysisKey key, Analysis.Result result, Optional<String> failure, Instant now);

  /// Stores what an analysis found, before it is finished.
  void publish(AnalysisKey key, Findings findings);

  /// By name, ignoring case, then by id.
  Page<Component> components(TenantId tenant, AnalysisId analysis, PageRequest page);

  /// Worst first, then by type and id.
  Page<Issue> issues(TenantId tenant, AnalysisId analysis, PageRequest page);

  /// By queue and priority, the most urgent first, then worst first, then by id of the
  /// vulnerability.
  Page<CveMatch> matches(TenantId tenant, AnalysisId analysis, PageRequest page);

  /// Where a vulnerability was found, under its own id or an alias, by firmware; by analyses, too,
  /// that a later one has replaced since.
  Page<Affected> affectedBy(TenantId tenant, String vulnerability, PageRequest page);

  /// The VEX document of this id that was given for the firmware.
  Optional<VexImport> findVex(TenantId tenant, FirmwareId firmware, String document);

  /// Writes down a VEX document, in the place of an older one of the same id.
  ///
  /// @return whether it is there now; false where another one is, which is not older
  boolean putVex(TenantId tenant, FirmwareId firmware, VexImport document);

  /// The VEX documents of the firmware, in an order that stays.
  Page<VexImport> vexImports(TenantId tenant, FirmwareId firmware, PageRequest page);
}
