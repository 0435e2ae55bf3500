package io.firmament.agent.update;

/// How far an assignment is. The last four are final.
public enum Status {
  DOWNLOADING,
  VERIFYING,
  APPLYING,
  HEALTHY,
  ROLLED_BACK,
  FAILED,
  INCOMPATIBLE
}
