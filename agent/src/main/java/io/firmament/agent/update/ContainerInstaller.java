package io.firmament.agent.update;

import io.firmament.tuf.JsonReader;
import io.firmament.tuf.TufException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Containers, through the command line of podman or docker.
///
/// The content is a small file with the image's reference, pinned by its digest. A container has
/// the name of its artifact after `firmament-`, and the arguments that the settings give it.
final class ContainerInstaller implements Installer {
  /// The backup of a name that had no container.
  private static final String NOTHING = "nothing";

  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration PULL_TIMEOUT = Duration.ofMinutes(30);
  private static final long MAX_CONTENT = 4_096;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_/@-]{0,500}");
  private static final List<Path> FOLDERS = List.of(Path.of("/usr/bin"), Path.of("/usr/local/bin"));

  private final Allowlist.Containers containers;
  private final Commands commands;
  private final Checkpoint checkpoint;

  ContainerInstaller(Allowlist.Containers containers, Commands commands, Checkpoint checkpoint) {
    this.containers = containers;
    this.commands = commands;
    this.checkpoint = checkpoint;
  }

  @Override
  public void require(Job job, UpdateState state) throws UnfitException {
    String artifact = job.order().artifact().name();
    if (!containers.arguments().containsKey(artifact) || !NAME.matcher(artifact).matches()) {
      throw new UnfitException("this device does not allow the container " + artifact);
    }
    if (job.delivery().reference().isEmpty()) {
      throw new UnfitException("the artifact names no image");
    }
    if (runtime().isEmpty()) {
      throw new UnfitException("this device has neither podman nor docker");
    }
  }

  private Optional<String> runtime() {
    List<String> names =
        switch (containers.runtime()) {
          case "none" -> List.of();
          case "auto" -> List.of("podman", "docker");
          case "podman", "docker" -> List.of(containers.runtime());
          default -> List.of();
        };
    if (containers.runtime().startsWith("/")) {
      return Optional.of(containers.runtime()).filter(path -> Files.isExecutable(Path.of(path)));
    }
    return names.stream()
        .flatMap(name -> FOLDERS.stream().map(folder -> folder.resolve(name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  @Override
  public void fetch(Job job, Path content) throws TroubleException, InterruptedException {
    try {
      Commands.Outcome pulled = run(PULL_TIMEOUT, List.of("pull", reference(job)));
      if (!pulled.worked()) {
        throw new TroubleException("the image cannot be pulled: " + pulled);
      }
    } catch (IOException | InstallException e) {
      throw new TroubleException("the image cannot be pulled", e);
    }
  }

  /// @return the image that runs
  @Override
  public String prepare(Job job, Path content) throws InstallException, InterruptedException {
    try {
      String said =
          Files.size(content) <= MAX_CONTENT
              ? new JsonFields(JsonReader.readObject(Files.readAllBytes(content)), "")
                  .text("reference")
              : "";
      if (!said.equals(reference(job))) {
        throw new InstallException("the content names another image than the signed metadata");
      }
      Commands.Outcome runs =
          run(TIMEOUT, List.of("inspect", "--format", "{{.Config.Image}}", container(job)));
      if (!runs.worked()) {
        return NOTHING;
      }
      if (!IMAGE.matcher(runs.output()).matches()) {
        throw new InstallException("what runs is of no image with a name: " + runs.output());
      }
      return runs.output();
    } catch (IOException | TufException | IllegalArgumentException e) {
      throw new InstallException("the container cannot be prepared", e);
    }
  }

  @Override
  public void apply(Job job, Path content) throws InstallException, InterruptedException {
    start(job, reference(job));
  }

  @Override
  public void rollBack(Job job, Path content) throws InstallException, InterruptedException {
    String image =
        job.backup().orElseThrow(() -> new InstallException("there is nothing to return to"));
    if (image.equals(NOTHING)) {
      remove(job);
    } else {
      start(job, image);
    }
  }

  /// Runs an image under the container's name, in the place of whatever had it.
  private void start(Job job, String image) throws InstallException, InterruptedException {
    List<String> arguments = containers.arguments().get(job.order().artifact().name());
    if (arguments == null) {
      throw new InstallException("this device does not allow the container any more");
    }
    remove(job);
    checkpoint.reached("the old container is gone");
    List<String> words = new ArrayList<>(List.of("run", "--detach", "--name", container(job)));
    words.add("--restart=unless-stopped");
    words.addAll(arguments);
    words.add(image);
    work(words);
    checkpoint.reached("the container runs");
  }

  private void remove(Job job) throws InstallException, InterruptedException {
    try {
      if (run(TIMEOUT, List.of("inspect", "--format", "{{.Id}}", container(job))).worked()) {
        work(List.of("rm", "--force", container(job)));
      }
    } catch (IOException e) {
      throw new InstallException("the container cannot be looked at", e);
    }
  }

  private void work(List<String> words) throws InstallException, InterruptedException {
    try {
      Commands.Outcome outcome = run(TIMEOUT, words);
      if (!outcome.worked()) {
        throw new InstallException(words.getFirst() + " failed: " + outcome);
      }
    } catch (IOException e) {
      throw new InstallException(words.getFirst() + " failed", e);
    }
  }

  private Commands.Outcome run(Duration timeout, List<String> words)
      throws IOException, InstallException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(
        runtime().orElseThrow(() -> new InstallException("there is no podman or docker any more")));
    command.addAll(words);
    return commands.run(command, timeout);
  }

  private static String reference(Job job) throws InstallException {
    return job.delivery()
        .reference()
        .orElseThrow(() -> new InstallException("the artifact names no image"));
  }

  private static String container(Job job) {
    return "firmament-" + job.order().artifact().name();
  }
}
