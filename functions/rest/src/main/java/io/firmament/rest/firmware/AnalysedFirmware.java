package io.firmament.rest.firmware;

import io.firmament.base.BaseProblem;
import io.firmament.base.FirmwareId;
import io.firmament.edge.Request;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareProblem;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import java.io.InputStream;
import java.util.Locale;

/// A firmware that the caller may see and whose analysis is complete, with its documents.
record AnalysedFirmware(Firmware firmware, ObjectStore documents) {
  /// Finds the firmware of the request's path.
  static AnalysedFirmware of(Request request, FirmwareStore store, ObjectStore documents) {
    return complete(visible(request, store), documents);
  }

  /// Finds the firmware of the request's path. One that the caller may not see is not there.
  static Firmware visible(Request request, FirmwareStore store) {
    Caller caller = request.authenticated();
    return FirmwareId.parse(request.pathParameter("id"))
        .flatMap(id -> store.find(caller.tenant(), id))
        .filter(found -> caller.may(Permission.FIRMWARE_VIEW, found.productGroup()))
        .orElseThrow(() -> BaseProblem.NOT_FOUND.with("what", "firmware"));
  }

  /// Refuses a firmware whose analysis is not complete.
  static AnalysedFirmware complete(Firmware firmware, ObjectStore documents) {
    Analysis analysis = firmware.latestAnalysis();
    if (analysis.state() != Analysis.State.DONE) {
      throw FirmwareProblem.ANALYSIS_NOT_FINISHED.with(
          "state", analysis.state().name().toLowerCase(Locale.ROOT));
    }
    if (analysis.result().orElseThrow() == Analysis.Result.FAILED) {
      throw FirmwareProblem.ANALYSIS_FAILED.with("reason", analysis.failure().orElse("unknown"));
    }
    return new AnalysedFirmware(firmware, documents);
  }

  String key(AnalysisDocument document) {
    return ObjectKeys.document(AnalysisKey.of(firmware), document);
  }

  InputStream open(AnalysisDocument document) {
    return open(key(document));
  }

  /// The matches that count now.
  InputStream openMatches() {
    return open(ObjectKeys.matches(AnalysisKey.of(firmware), firmware.latestAnalysis().matched()));
  }

  private InputStream open(String key) {
    return documents.read(key).orElseThrow(() -> new IllegalStateException("missing: " + key));
  }
}
