package io.firmament.platform.artifact;

import io.firmament.platform.firmware.Firmware;
import java.util.Optional;

/// What is known of images from their analyses.
public interface AnalysedImages {
  /// What the latest analysis of a firmware says; empty unless that is complete.
  Optional<ImageAnalysis> find(Firmware firmware);
}
