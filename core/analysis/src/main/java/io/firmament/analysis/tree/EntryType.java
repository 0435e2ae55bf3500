package io.firmament.analysis.tree;

/// What an entry of the tree is.
public enum EntryType {
  FILE,
  DIRECTORY,
  SYMLINK,
  CHARACTER_DEVICE,
  BLOCK_DEVICE,
  FIFO,
  SOCKET
}
