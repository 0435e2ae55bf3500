package io.firmament.agent;

import io.firmament.agent.update.InstallException;
import io.firmament.agent.update.Job;
import io.firmament.agent.update.Order;
import io.firmament.agent.update.UnfitException;
import io.firmament.agent.update.UpdateHost;
import io.firmament.agent.update.UpdateState;
import java.util.Optional;

/// A device without files under the same state machine as a real one: what is installed on it is
/// what the machine remembers, and each step takes its time and ends as its fate says.
final class SimulatedHost implements UpdateHost {
  private final String device;
  private final SimulatedFate fate;

  SimulatedHost(String device, SimulatedFate fate) {
    this.device = device;
    this.fate = fate;
  }

  @Override
  public void require(Job job, UpdateState state) throws UnfitException {
    if (fate.isUnfit(device, job.order().key())) {
      throw new UnfitException("simulated: it does not fit");
    }
  }

  @Override
  public void download(Job job) throws InterruptedException {
    Thread.sleep(fate.step());
  }

  @Override
  public void verify(Job job) {}

  @Override
  public String prepare(Job job) {
    return "simulated";
  }

  @Override
  public void apply(Job job) throws InterruptedException {
    Thread.sleep(fate.step());
  }

  @Override
  public Optional<String> probe(Job job) throws InterruptedException {
    Thread.sleep(fate.step());
    return fate.probeFails(device, job.order().key()) ? Optional.of("simulated") : Optional.empty();
  }

  @Override
  public void rollBack(Job job) throws InstallException, InterruptedException {
    Thread.sleep(fate.step());
    if (job.order().action() == Order.Action.APPLY
        && fate.rollBackFails(device, job.order().key())) {
      throw new InstallException("simulated");
    }
  }

  @Override
  public void tidy(UpdateState state, Job ended) {}
}
