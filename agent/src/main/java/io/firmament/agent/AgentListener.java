package io.firmament.agent;

import io.firmament.agent.update.UpdateListener;
import io.grpc.Status;

/// Hears what an agent does, on the agent's thread.
interface AgentListener {
  void enrolled(String device, String fleet);

  void registered(String device);

  void heartbeatAnswered();

  void certificateRenewed();

  /// Hears what the device does about its updates, on another thread.
  default UpdateListener updates() {
    return UpdateListener.NONE;
  }

  /// A call was not answered as it should be.
  ///
  /// @param code the catalogued code; empty where the platform gave none
  void callFailed(Refusal refusal, String code, Status.Code status, String reason);
}
