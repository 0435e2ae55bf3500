package io.firmament.agent.update;

import java.util.Optional;

/// The device under the state machine. Every step may be repeated after a stop in its midst.
public interface UpdateHost {
  /// Looks whether a job is possible here at all, and allowed.
  ///
  /// @param state what the device has
  void require(Job job, UpdateState state) throws UnfitException;

  /// Brings the content here, going on where an earlier try ended.
  void download(Job job) throws TroubleException, InterruptedException;

  /// Checks the whole content again as it is on this device. What is wrong is thrown away.
  void verify(Job job) throws TroubleException, InterruptedException;

  /// Puts the new beside the old and keeps what is needed to return to the old. What runs does not
  /// change yet.
  ///
  /// @return what [#rollBack] needs to know, for the state
  String prepare(Job job) throws InstallException, InterruptedException;

  /// Puts the new in the place of the old and makes it count.
  void apply(Job job) throws InstallException, InterruptedException;

  /// Asks whether the new works.
  ///
  /// @return empty where it does, else why not
  Optional<String> probe(Job job) throws InterruptedException;

  /// Returns to the old and makes it count.
  void rollBack(Job job) throws InstallException, InterruptedException;

  /// Removes what a state does not need any more.
  ///
  /// @param ended the job that has ended or was given up
  void tidy(UpdateState state, Job ended);
}
