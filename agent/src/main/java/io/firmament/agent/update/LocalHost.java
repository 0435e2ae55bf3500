package io.firmament.agent.update;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The device that the agent runs on.
public final class LocalHost implements UpdateHost {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Allowlist allowlist;
  private final Downloads downloads;
  private final Prober prober;
  private final FileInstaller files;
  private final ContainerInstaller containers;
  private final Optional<FirmwareInstaller> firmware;

  /// @param folder the agent's own
  public LocalHost(Path folder, Allowlist allowlist, ContentSource source) {
    this(
        folder,
        allowlist,
        source,
        new Parts(BOOT_ID, "/usr/bin/systemctl", PAUSE),
        Checkpoint.NONE);
  }

  /// What tests replace.
  ///
  /// @param bootId a file that says something else after each start of the device
  /// @param pause between two attempts of a probe
  record Parts(Path bootId, String systemctl, Duration pause) {}

  LocalHost(
      Path folder, Allowlist allowlist, ContentSource source, Parts parts, Checkpoint checkpoint) {
    Commands commands = new Commands();
    this.allowlist = allowlist;
    this.downloads = new Downloads(folder.resolve("downloads"), source, checkpoint);
    this.prober = new Prober(allowlist.probes(), commands, parts.pause());
    this.files =
        new FileInstaller(
            allowlist,
            folder.resolve("files"),
            new Reloads(allowlist, commands, parts.systemctl()),
            checkpoint);
    this.containers = new ContainerInstaller(allowlist.containers(), commands, checkpoint);
    this.firmware =
        allowlist
            .firmware()
            .map(each -> new FirmwareInstaller(each, commands, parts.bootId(), checkpoint));
  }

  @Override
  public void require(Job job, UpdateState state) throws UnfitException {
    requireWhatItDependsOn(job, state);
    prober.require(Probe.read(job.order().probe()));
    downloads.require(job.order().target());
    installer(job).require(job, state);
  }

  private void requireWhatItDependsOn(Job job, UpdateState state) throws UnfitException {
    Map<String, Set<String>> provided = state.provided();
    for (Map.Entry<String, List<String>> each : job.delivery().depends().entrySet()) {
      String own = allowlist.provides().get(each.getKey());
      boolean met =
          (own != null && each.getValue().contains(own))
              || provided.getOrDefault(each.getKey(), Set.of()).stream()
                  .anyMatch(each.getValue()::contains);
      if (!met) {
        throw new UnfitException(
            "the device must have " + each.getKey() + " of " + each.getValue());
      }
    }
  }

  private Installer installer(Job job) throws UnfitException {
    String kind = job.order().artifact().kind();
    return switch (kind) {
      case "config", "model" -> files;
      case "container" -> containers;
      case "firmware" -> {
        if (job.delivery().placement().isPresent()) {
          yield files;
        }
        yield firmware.orElseThrow(
            () -> new UnfitException("this device has no installer for firmware"));
      }
      default -> throw new UnfitException("artifacts of kind " + kind + " are not known here");
    };
  }

  private Installer known(Job job) throws InstallException {
    try {
      return installer(job);
    } catch (UnfitException e) {
      // The settings were narrowed meanwhile.
      throw new InstallException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void download(Job job) throws TroubleException, InterruptedException {
    downloads.fetch(job.order().target());
  }

  @Override
  public void verify(Job job) throws TroubleException, InterruptedException {
    downloads.verify(job.order().target());
    try {
      known(job).fetch(job, content(job));
    } catch (InstallException e) {
      throw new TroubleException("what the content refers to cannot be had", e);
    }
  }

  @Override
  public String prepare(Job job) throws InstallException, InterruptedException {
    return known(job).prepare(job, content(job));
  }

  @Override
  public void apply(Job job) throws InstallException, InterruptedException {
    known(job).apply(job, content(job));
  }

  @Override
  public Optional<String> probe(Job job) throws InterruptedException {
    return prober.probe(Probe.read(job.order().probe()));
  }

  @Override
  public void rollBack(Job job) throws InstallException, InterruptedException {
    known(job).rollBack(job, content(job));
  }

  @Override
  public void tidy(UpdateState state, Job ended) {
    files.tidy(state, ended);
    downloads.tidy(state.job().map(job -> job.order().target().sha256()).orElse(""));
  }

  private Path content(Job job) {
    return downloads.content(job.order().target());
  }
}
