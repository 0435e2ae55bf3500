package io.firmament.agent;

import io.firmament.base.Log;
import io.grpc.Status;

/// Logs what an agent does, all but its heartbeats.
final class AgentLog implements AgentListener {
  private static final Log LOG = Log.of(Agent.class);

  @Override
  public void enrolled(String device, String fleet) {
    LOG.info("agent_enrolled", "device", device, "fleet", fleet);
  }

  @Override
  public void registered(String device) {
    LOG.info("agent_registered", "device", device);
  }

  @Override
  public void heartbeatAnswered() {}

  @Override
  public void certificateRenewed() {
    LOG.info("agent_certificate_renewed");
  }

  @Override
  public void callFailed(Refusal refusal, String code, Status.Code status, String reason) {
    String event =
        switch (refusal) {
          case DECOMMISSIONED -> "agent_decommissioned";
          case FINAL -> "agent_refused";
          case PASSING -> "agent_call_failed";
        };
    LOG.warn(event, "code", code, "status", status, "reason", reason);
  }
}
