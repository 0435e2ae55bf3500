package io.firmament.analysis.unpack.formats.reiserfs;

/// An item of a leaf.
///
/// @param count of names, where it holds such
/// @param isSecond its key is of format 3.6
/// @param position of its body in the image
record Item(Key key, int count, boolean isSecond, long position, byte[] body) {}
