package io.firmament.platform.monitoring;

import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.TenantId;
import io.firmament.base.finding.CveMatch;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Matched;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Which firmware depends on which facts, and what became of it when they changed. Every write may
/// be repeated without a second effect.
public interface MonitoringStore {
  /// Notes the keys of an advisory index that a firmware's matches depend on, in place of those
  /// before.
  void watch(TenantId tenant, FirmwareId firmware, KeyHashes keys);

  /// The tenants that have watched any key.
  Page<TenantId> tenants(PageRequest page);

  /// The tenant's firmware that depends on one of the keys, each once.
  void concerned(TenantId tenant, KeyHashes changed, Consumer<FirmwareId> firmware);

  /// Notes that the matches of an analysis were made again, and what has changed, in one step; the
  /// firmware's latest analysis must be this one, complete, and matched as before.
  ///
  /// @param before empty where it was not noted what they were made with
  /// @param change empty where nothing did
  /// @return whether this call did
  boolean rematched(
      AnalysisKey key, Optional<Matched> before, Matched after, Optional<FirmwareChange> change);

  /// Brings the lists of matches, and of where a vulnerability is, to these. Readers may meanwhile
  /// see a match before and after, and never none.
  void show(AnalysisKey key, List<CveMatch> matches);

  /// What changed for a firmware, newest first.
  Page<FirmwareChange> changes(TenantId tenant, FirmwareId firmware, PageRequest page);

  /// A change, and whose.
  record OfFirmware(FirmwareId firmware, FirmwareChange change) {}

  /// What changed for all firmware of the tenant, newest first.
  ///
  /// @param since at this time or later; empty for all
  Page<OfFirmware> changes(TenantId tenant, Optional<Instant> since, PageRequest page);

  Optional<FirmwareChange> findChange(
      TenantId tenant, FirmwareId firmware, FirmwareChange.Id change);

  /// The advisory index that all firmware was last asked to be matched with.
  Optional<String> planned();

  /// Notes that firmware was asked to be matched with an index.
  ///
  /// @return false where it is not the one before any more
  boolean planned(Optional<String> before, String after);
}
