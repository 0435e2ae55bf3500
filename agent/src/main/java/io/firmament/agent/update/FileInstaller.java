package io.firmament.agent.update;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Files: configuration, models, and firmware that is only put somewhere.
///
/// The new file is written beside the old as `.NAME.firmament-new` and renamed over it, so whoever
/// opens it sees the one or the other. The old one is copied before to `.NAME.firmament-HASH`,
/// named by its content, and stays there for as long as the device may have to return to it.
final class FileInstaller implements Installer {
  private static final String MARK = ".firmament-";

  /// The backup of a place where no file was.
  private static final String NOTHING = "nothing";

  private final Allowlist allowlist;
  private final Path own;
  private final Reloads reloads;
  private final Checkpoint checkpoint;

  /// @param own the agent's folder for files that are placed nowhere else
  FileInstaller(Allowlist allowlist, Path own, Reloads reloads, Checkpoint checkpoint) {
    this.allowlist = allowlist;
    this.own = own;
    this.reloads = reloads;
    this.checkpoint = checkpoint;
  }

  @Override
  public void require(Job job, UpdateState state) throws UnfitException {
    Optional<Delivery.Placement> placement = job.delivery().placement();
    String artifact = job.order().artifact().name();
    if (placement.isPresent()) {
      requireAllowed(Path.of(placement.get().destination()));
      requireMode(placement.get().mode());
      reloads.require(placement.get().reload());
      for (Map.Entry<String, UpdateState.Installed> other : state.installed().entrySet()) {
        Optional<Delivery.Placement> taken = other.getValue().current().delivery().placement();
        if (!other.getKey().equals(artifact)
            && taken.isPresent()
            && taken.get().destination().equals(placement.get().destination())) {
          throw new UnfitException(
              placement.get().destination() + " is where the artifact " + other.getKey() + " is");
        }
      }
    }
  }

  /// The folder must be below one that is allowed, also after every link on the way is followed.
  private void requireAllowed(Path destination) throws UnfitException {
    Path folder = destination.getParent();
    boolean named = allowlist.destinations().stream().anyMatch(destination::startsWith);
    if (folder == null || !named || allowlist.destinations().contains(destination)) {
      throw new UnfitException("this device does not allow to place files at " + destination);
    }
    try {
      Path real = folder.toRealPath();
      for (Path root : allowlist.destinations()) {
        if (Files.isDirectory(root) && real.startsWith(root.toRealPath())) {
          requireFile(destination);
          return;
        }
      }
      throw new UnfitException("this device does not allow to place files in " + real);
    } catch (IOException e) {
      throw new UnfitException("the folder of " + destination + " is not there");
    }
  }

  private static void requireFile(Path destination) throws UnfitException {
    boolean there = Files.exists(destination, LinkOption.NOFOLLOW_LINKS);
    if (there && !Files.isRegularFile(destination, LinkOption.NOFOLLOW_LINKS)) {
      throw new UnfitException(destination + " is no plain file");
    }
  }

  private static void requireMode(int mode) throws UnfitException {
    if ((mode & 0002) != 0) {
      throw new UnfitException("a file that everybody may write is not placed here");
    }
  }

  @Override
  public String prepare(Job job, Path content) throws InstallException {
    Path destination = destination(job);
    try {
      requireStill(job);
      Path parent = destination.getParent();
      if (parent != null && destination.startsWith(own)) {
        Files.createDirectories(parent);
      }
      // Before the backup: a device without room for both has changed nothing.
      Path staged = staged(destination);
      Files.deleteIfExists(staged);
      Files.copy(content, staged);
      Files.setPosixFilePermissions(staged, permissions(mode(job)));
      DurableFiles.force(staged);
      checkpoint.reached("staged");
      if (!Files.exists(destination, LinkOption.NOFOLLOW_LINKS)) {
        return NOTHING;
      }
      String hash = DurableFiles.sha256(destination);
      Path backup = backup(destination, hash);
      Path half = destination.resolveSibling(backup.getFileName() + ".half");
      DurableFiles.copy(destination, half);
      checkpoint.reached("copied");
      DurableFiles.move(half, backup);
      return hash;
    } catch (IOException e) {
      throw new InstallException(destination + " cannot be prepared", e);
    }
  }

  @Override
  public void apply(Job job, Path content) throws InstallException, InterruptedException {
    Path destination = destination(job);
    try {
      requireStill(job);
      Path staged = staged(destination);
      if (Files.exists(staged)) {
        checkpoint.reached("before the swap");
        DurableFiles.move(staged, destination);
        checkpoint.reached("swapped");
      }
      if (!DurableFiles.sha256(destination).equals(job.order().target().sha256())) {
        throw new InstallException(destination + " is not what was put there");
      }
    } catch (IOException e) {
      throw new InstallException(destination + " cannot be replaced", e);
    }
    reloads.run(reload(job));
  }

  @Override
  public void rollBack(Job job, Path content) throws InstallException, InterruptedException {
    Path destination = destination(job);
    String hash =
        job.backup().orElseThrow(() -> new InstallException("there is nothing to return to"));
    try {
      Files.deleteIfExists(staged(destination));
      if (hash.equals(NOTHING)) {
        Files.deleteIfExists(destination);
        DurableFiles.forceFolder(destination);
      } else if (!isThere(destination, hash)) {
        Path backup = backup(destination, hash);
        if (!isThere(backup, hash)) {
          throw new InstallException(backup + " is gone or was changed");
        }
        Path staged = staged(destination);
        DurableFiles.copy(backup, staged);
        checkpoint.reached("old staged");
        DurableFiles.move(staged, destination);
      }
      checkpoint.reached("swapped back");
    } catch (IOException e) {
      throw new InstallException(destination + " cannot be put back", e);
    }
    reloads.run(reload(job));
  }

  private static boolean isThere(Path file, String hash) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && DurableFiles.sha256(file).equals(hash);
  }

  /// Removes backups that nothing can return to any more, in the folders that are or were in use.
  @Override
  public void tidy(UpdateState state, Job ended) {
    Set<Path> kept = new HashSet<>();
    Set<Path> places = new LinkedHashSet<>(List.of(destination(ended)));
    state.installed().forEach((name, each) -> collect(name, each, places, kept));
    state
        .job()
        .ifPresent(
            job -> {
              Path place = destination(job);
              places.add(place);
              kept.add(staged(place));
              job.backup().ifPresent(old -> kept.add(backup(place, old)));
            });
    places.forEach(place -> tidy(place, kept));
  }

  private void collect(
      String name, UpdateState.Installed installed, Set<Path> places, Set<Path> kept) {
    Path place = destination(name, installed.current().delivery());
    places.add(place);
    if (installed.before().isPresent()) {
      UpdateState.Before before = installed.before().get();
      kept.add(backup(place, before.backup()));
      before.version().ifPresent(old -> places.add(destination(name, old.delivery())));
    }
  }

  private static void tidy(Path place, Set<Path> kept) {
    Path folder = place.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    String ours = "." + place.getFileName() + MARK;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder, file -> String.valueOf(file.getFileName()).startsWith(ours))) {
      for (Path file : files) {
        if (!kept.contains(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be tidied", e);
    }
  }

  private void requireStill(Job job) throws InstallException {
    try {
      require(job, UpdateState.EMPTY);
    } catch (UnfitException e) {
      throw new InstallException(String.valueOf(e.getMessage()));
    }
  }

  private Path destination(Job job) {
    return destination(job.order().artifact().name(), job.delivery());
  }

  /// A file without a place of its own is always found under the same name.
  private Path destination(String artifact, Delivery delivery) {
    return delivery
        .placement()
        .map(place -> Path.of(place.destination()))
        .orElseGet(() -> own.resolve(artifact).resolve("content"));
  }

  private static Delivery.Reload reload(Job job) {
    return job.delivery()
        .placement()
        .map(Delivery.Placement::reload)
        .orElseGet(Delivery.Reload.None::new);
  }

  private static int mode(Job job) {
    return job.delivery().placement().map(Delivery.Placement::mode).orElse(0644);
  }

  private static Path staged(Path destination) {
    return destination.resolveSibling("." + destination.getFileName() + MARK + "new");
  }

  private static Path backup(Path destination, String hash) {
    return destination.resolveSibling("." + destination.getFileName() + MARK + hash);
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = {
      PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE,
      PosixFilePermission.OWNER_EXECUTE,
      PosixFilePermission.GROUP_READ,
      PosixFilePermission.GROUP_WRITE,
      PosixFilePermission.GROUP_EXECUTE,
      PosixFilePermission.OTHERS_READ,
      PosixFilePermission.OTHERS_WRITE,
      PosixFilePermission.OTHERS_EXECUTE
    };
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }
}
