package io.firmament.base.finding;

/// How sure the engine is of a finding.
public enum Confidence {
  HIGH,
  MEDIUM,
  LOW
}
