package io.firmament.analysis.unpack.formats.yaffs;

import io.firmament.analysis.unpack.io.BitFields;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// How pages and their spare bytes are laid out, which nothing in the image says.
///
/// @param version 1 or 2
/// @param page bytes of data
/// @param spare bytes behind each page
/// @param tags where in the spare bytes the tags begin; of version 2 only
record Geometry(int version, ByteOrder order, int page, int spare, int tags) {
  private static final long LOWEST_SEQUENCE = 0x1000;
  private static final long HIGHEST_SEQUENCE = 0xefffff00L;
  private static final long MOST_OBJECTS = 0x0fffffff;

  /// A header says more in its tags than it must: parent, type and size.
  private static final long EXTRA = 0x80000000L;

  int stride() {
    return page + spare;
  }

  /// The tags in the spare bytes, where they make sense.
  Optional<Tags> tags(byte[] spareBytes) {
    Tags found = version == 1 ? first(spareBytes) : second(spareBytes);
    boolean sound =
        found.object() > 0
            && found.object() <= MOST_OBJECTS
            && (found.isHeader() || (found.bytes() > 0 && found.bytes() <= page))
            && (version == 1
                || found.sequence() == 1
                || (found.sequence() >= LOWEST_SEQUENCE && found.sequence() <= HIGHEST_SEQUENCE));
    return sound ? Optional.of(found) : Optional.empty();
  }

  /// Sequence, object, chunk and bytes, 32 bits each.
  private Tags second(byte[] spareBytes) {
    ByteBuffer b = ByteBuffer.wrap(spareBytes).order(order);
    long object = Integer.toUnsignedLong(b.getInt(tags + 4));
    long chunk = Integer.toUnsignedLong(b.getInt(tags + 8));
    if ((chunk & EXTRA) != 0) {
      object &= MOST_OBJECTS;
      chunk = 0;
    }
    return new Tags(
        Integer.toUnsignedLong(b.getInt(tags)),
        object,
        chunk,
        Integer.toUnsignedLong(b.getInt(tags + 12)));
  }

  /// Eight bytes of bit fields around the state of page and block and the parities: chunk (20),
  /// serial (2), bytes (10), object (18), parity (12), two more bits of bytes.
  private Tags first(byte[] spareBytes) {
    byte[] packed = new byte[8];
    System.arraycopy(spareBytes, 0, packed, 0, 4);
    System.arraycopy(spareBytes, 6, packed, 4, 2);
    System.arraycopy(spareBytes, 11, packed, 6, 2);
    BitFields fields = new BitFields(packed, order);
    long chunk = fields.next(20);
    long serial = fields.next(2);
    long low = fields.next(10);
    long object = fields.next(18);
    fields.next(12);
    return new Tags(serial, object, chunk, low | fields.next(2) << 10);
  }

  /// In version 1 a page is deleted by clearing bits of its state.
  boolean isDeleted(byte[] spareBytes) {
    return version == 1 && Integer.bitCount(spareBytes[4] & 0xff) < 7;
  }
}
