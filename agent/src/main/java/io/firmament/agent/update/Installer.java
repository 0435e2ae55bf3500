package io.firmament.agent.update;

import java.nio.file.Path;

/// How one kind of artifact gets onto a device; see [UpdateHost] for what the steps must stand.
interface Installer {
  void require(Job job, UpdateState state) throws UnfitException;

  /// Brings here what the content refers to; nothing for most kinds.
  default void fetch(Job job, Path content) throws TroubleException, InterruptedException {}

  String prepare(Job job, Path content) throws InstallException, InterruptedException;

  void apply(Job job, Path content) throws InstallException, InterruptedException;

  void rollBack(Job job, Path content) throws InstallException, InterruptedException;

  /// Removes what no version that is known needs any more.
  default void tidy(UpdateState state, Job ended) {}
}
