package io.firmament.analysis.unpack.formats.hfsplus;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.CorruptException;
import java.io.IOException;

/// The volume header at offset 1024 (TN1150, "Volume Header").
///
/// @param size of the volume in bytes
/// @param extents the file of extents that a catalog record has no room for
record VolumeHeader(
    boolean isCaseSensitive, long block, long size, boolean isClean, Fork extents, Fork catalog) {
  private static final int POSITION = 1024;

  static VolumeHeader read(ByteSource source, long start) throws IOException {
    byte[] b = Binary.bytes(source, start + POSITION, 512);
    String signature = Binary.text(b, 0, 2);
    int version = Binary.u16be(b, 2);
    long block = Binary.u32be(b, 40);
    long blocks = Binary.u32be(b, 44);
    boolean sound =
        ((signature.equals("H+") && version == 4) || (signature.equals("HX") && version == 5))
            && block >= 512
            && block <= 1 << 20
            && Long.bitCount(block) == 1
            && blocks > 0
            && Binary.u32be(b, 48) <= blocks;
    if (!sound) {
      throw new CorruptException("the volume header makes no sense");
    }
    return new VolumeHeader(
        signature.equals("HX"),
        block,
        block * blocks,
        (Binary.u32be(b, 4) & 0x100) != 0,
        Fork.of(b, 192),
        Fork.of(b, 272));
  }
}
