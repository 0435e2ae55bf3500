package io.firmament.analysis.unpack.formats;

import io.firmament.analysis.unpack.Limits;
import io.firmament.analysis.unpack.io.LimitException;

/// Takes what a reader finds; makes names safe, stores contents, recurses, and keeps the limits.
public interface Sink {
  Limits limits();

  /// An entry without content of its own.
  void entry(RawEntry entry) throws LimitException;

  void file(RawEntry entry, Body body) throws LimitException;

  /// A further name of a file that was given before under `target`.
  void hardLink(RawEntry entry, byte[] target) throws LimitException;

  /// The one content of a stream or wrapper; the name is used where it is no container itself, and
  /// is empty where the format knows none.
  void payload(String name, Body body) throws LimitException;

  /// One of several contents, each mounted under its name.
  void part(String name, Body body) throws LimitException;

  /// The chunk itself as a file that is not looked into.
  void leaf(String name, Body body) throws LimitException;

  /// The chunk itself as a file; containers behind its first byte are looked for.
  void searched(String name, Body body) throws LimitException;

  /// Content that cannot be read without a key.
  void encrypted(String detail);

  /// A contradiction that does not stop the reader.
  void corrupt(String detail);

  /// A feature that the reader does not know, where it can go on without.
  void unsupported(String detail);
}
