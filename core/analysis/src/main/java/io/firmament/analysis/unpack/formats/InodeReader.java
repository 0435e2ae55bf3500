package io.firmament.analysis.unpack.formats;

import java.io.IOException;

/// A file system of inodes and directories, as far as [InodeWalk] needs it.
///
/// @param <I> an inode
public interface InodeReader<I> {
  I root() throws IOException;

  /// Gives the names of a directory; `.` and `..` may be among them.
  void list(I directory, Names<I> names) throws IOException;

  /// What is known of an inode, under its path.
  RawEntry describe(I inode, byte[] path) throws IOException;

  /// Equal for all names of one inode, different for different inodes.
  long number(I inode);

  /// How many names the inode says it has; 1 where the format does not count them.
  long links(I inode);

  /// The content of a regular file.
  Body content(I inode) throws IOException;

  /// Takes the names of a directory.
  ///
  /// @param <I> an inode
  @FunctionalInterface
  interface Names<I> {
    void name(byte[] name, Lookup<I> inode) throws IOException;
  }

  /// Reads the inode of a name; a failure is that name's alone.
  ///
  /// @param <I> an inode
  @FunctionalInterface
  interface Lookup<I> {
    I find() throws IOException;
  }
}
