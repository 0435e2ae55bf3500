package io.firmament.agent.update;

/// Where reports go.
public interface Reports {
  /// Says how far an assignment is. Returns also where the platform does not know the assignment:
  /// saying it again would not help.
  ///
  /// @throws TroubleException where the platform has not heard it
  void send(Report report) throws TroubleException;
}
