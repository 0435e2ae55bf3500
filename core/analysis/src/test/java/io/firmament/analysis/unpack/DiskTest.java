package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks that say more than they hold, or the same twice.
class DiskTest {
  private static final int SECTOR = 512;

  @TempDir Path work;

  private static byte[] fixture(String name) throws IOException {
    return Fixture.all().stream()
        .filter(fixture -> fixture.toString().equals(name))
        .findFirst()
        .orElseThrow()
        .bytes();
  }

  private static Map<String, String> facts(Unpacked unpacked) {
    return unpacked.result().report().chunks().getFirst().meta();
  }

  @Test
  void aDiskOfATerabyteCostsWhatIsInIt() throws IOException {
    byte[] image = fixture("qcow2/v3");
    try (Unpacked small = Unpacked.of(image, work)) {
      ByteBuffer.wrap(image).putLong(24, 1L << 40);
      try (Unpacked large = Unpacked.of(image, work)) {
        assertEquals(Long.toString(1L << 40), facts(large).get("size"));
        assertEquals(List.of(), large.noteKinds());
        assertEquals(small.paths(), large.paths());
        assertEquals(
            small.result().report().counts().decodedBytes(),
            large.result().report().counts().decodedBytes());
      }
    }
  }

  @Test
  void partitionsOverEachOtherAreReadOnce() throws IOException {
    byte[] image = fixture("gpt/sound");
    ByteBuffer disk = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int second = 2 * SECTOR + 128;
    disk.putLong(second + 32, disk.getLong(2 * SECTOR + 32) + 1);
    seal(image);
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertTrue(unpacked.paths().contains("EFI system/UPPER.TXT"), unpacked.paths()::toString);
      assertTrue(unpacked.paths().stream().noneMatch(path -> path.startsWith("rootfs/")));
      assertTrue(unpacked.noteKinds().contains("CORRUPT"));
    }
  }

  /// Writes the checksums of the first table again.
  private static void seal(byte[] image) {
    ByteBuffer disk = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    CRC32 entries = new CRC32();
    entries.update(image, 2 * SECTOR, disk.getInt(SECTOR + 80) * 128);
    disk.putInt(SECTOR + 88, (int) entries.getValue());
    disk.putInt(SECTOR + 16, 0);
    CRC32 header = new CRC32();
    header.update(image, SECTOR, disk.getInt(SECTOR + 12));
    disk.putInt(SECTOR + 16, (int) header.getValue());
  }

  @Test
  void aChainOfBootRecordsThatTurnsBackEnds() throws IOException {
    byte[] image = fixture("mbr/logical");
    ByteBuffer disk = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int extended = disk.getInt(446 + 8) * SECTOR;
    int next = extended + disk.getInt(extended + 446 + 16 + 8) * SECTOR;
    disk.put(next + 446 + 16 + 4, (byte) 5);
    disk.putInt(next + 446 + 16 + 8, 0);
    disk.putInt(next + 446 + 16 + 12, 100);
    try (Unpacked unpacked = Unpacked.of(image, work)) {
      assertTrue(unpacked.paths().contains("partition-6/init"), unpacked.paths()::toString);
      assertTrue(unpacked.noteKinds().contains("CORRUPT"));
    }
  }

  @Test
  void anEncryptedVolumeTellsHow() throws IOException {
    try (Unpacked unpacked = Unpacked.of(fixture("luks/luks2"), work)) {
      assertEquals("aes-xts-plain64", facts(unpacked).get("cipher"));
      assertEquals("pbkdf2", facts(unpacked).get("keyDerivation"));
    }
    try (Unpacked unpacked = Unpacked.of(fixture("luks/luks1"), work)) {
      assertEquals("1", facts(unpacked).get("keySlots"));
      assertEquals("128", facts(unpacked).get("keyBits"));
    }
  }

  @Test
  void aHashTreeTellsWhatItIsOf() throws IOException {
    try (Unpacked unpacked = Unpacked.of(fixture("dm-verity/sha256"), work)) {
      assertEquals("0011223344556677", facts(unpacked).get("salt"));
      assertEquals(Integer.toString(1200 << 10), facts(unpacked).get("dataSize"));
    }
  }

  @Test
  void aFixedDiskCutOffInItsMiddleIsSaid() throws IOException {
    byte[] image = fixture("vhd/fixed");
    byte[] cut = Arrays.copyOf(image, image.length - 100_000);
    try (Unpacked unpacked = Unpacked.of(cut, work)) {
      assertTrue(unpacked.noteKinds().contains("TRUNCATED"));
    }
  }
}
