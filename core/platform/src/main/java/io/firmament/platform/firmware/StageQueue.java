package io.firmament.platform.firmware;

/// Where the stages of an analysis are asked for; delivers at least once, in any order.
public interface StageQueue {
  void send(StageMessage message);
}
