package io.firmament.agent.update;

/// Hears what a device does about its updates.
public interface UpdateListener {
  /// For those who do not listen.
  UpdateListener NONE = new UpdateListener() {};

  /// An assignment was taken and is being carried out.
  default void taken(Order order) {}

  /// An assignment is not believed.
  default void refused(Order.Key key, RefusedException.Reason reason, String why) {}

  /// Something will be tried again.
  default void troubled(String what, String why) {}

  /// A step was reported.
  default void reported(Report report) {}

  /// An update has ended.
  default void ended(Report report) {}
}
