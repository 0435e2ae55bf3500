package io.firmament.agent.update;

/// What this device may believe: signed assignments, and the metadata of the repository.
public interface Trust {
  /// Brings the metadata up to date.
  ///
  /// @throws RefusedException where the repository shows metadata that must not be believed, stale
  ///     metadata too; what was trusted before stays trusted
  /// @throws TroubleException where the repository cannot be asked
  void refresh() throws RefusedException, TroubleException;

  /// Checks the director's signature over an assignment, and that it is for this device.
  Order verify(byte[] signed) throws RefusedException;

  /// What the metadata says of the target that an order names: it must be there with the same
  /// length and hash, as the same artifact.
  ///
  /// @throws UnfitException where what is signed makes no sense to this device
  Delivery resolve(Order order) throws RefusedException, TroubleException, UnfitException;
}
