package io.firmament.platform.firmware;

/// An object being written. It exists once [#complete] returns; closed before that, nothing
/// remains.
public interface ObjectUpload extends AutoCloseable {
  void write(byte[] bytes, int offset, int length);

  /// How many bytes were written so far.
  long size();

  /// Makes the object exist, in place of one of the same key.
  void complete();

  /// Gives up unless complete.
  @Override
  void close();
}
