package io.firmament.agent;

import io.firmament.agent.update.Order;
import io.firmament.agent.update.RefusedException;
import io.firmament.agent.update.Report;
import io.firmament.agent.update.UpdateListener;
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

  @Override
  public UpdateListener updates() {
    return new Updates();
  }

  private static final class Updates implements UpdateListener {
    @Override
    public void taken(Order order) {
      LOG.info(
          "update_taken",
          "rollout",
          order.key().rollout(),
          "attempt",
          order.key().attempt(),
          "action",
          order.action(),
          "artifact",
          order.artifact().name(),
          "version",
          order.artifact().version());
    }

    @Override
    public void refused(Order.Key key, RefusedException.Reason reason, String why) {
      LOG.warn(
          "update_refused",
          "rollout",
          key.rollout(),
          "attempt",
          key.attempt(),
          "code",
          reason,
          "reason",
          why);
    }

    @Override
    public void troubled(String what, String why) {
      LOG.warn("update_troubled", "step", what, "reason", why);
    }

    @Override
    public void ended(Report report) {
      LOG.info(
          "update_ended",
          "rollout",
          report.key().rollout(),
          "attempt",
          report.key().attempt(),
          "status",
          report.status(),
          "reason",
          report.detail());
    }
  }
}
