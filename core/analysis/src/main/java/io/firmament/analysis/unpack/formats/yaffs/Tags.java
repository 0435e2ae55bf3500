package io.firmament.analysis.unpack.formats.yaffs;

/// What the spare bytes say of a page.
///
/// @param sequence of the block in version 2; a serial number of two bits in version 1
/// @param object that the page belongs to
/// @param chunk 0 for the header of an object, else the number of the page of a file, from 1 on
/// @param bytes of the page that are used
record Tags(long sequence, long object, long chunk, long bytes) {
  boolean isHeader() {
    return chunk == 0;
  }
}
