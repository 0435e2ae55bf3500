package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Flash wears out: what damage leaves is read, and the damage is told.
class DamagedFlashTest extends Damaged {
  @Test
  void jffs2LosesWhatADamagedNameLed() throws IOException {
    Outcome outcome = damage("jffs2", "le-none", image -> image[find(image, "exact.bin") + 2] ^= 1);
    assertLost(List.of("lib/exact.bin"), outcome);
    assertSays("CORRUPT jffs2: the name at", outcome);
  }

  @Test
  void jffs2GoesOnBehindADamagedHeader() throws IOException {
    Outcome outcome =
        damage(
            "jffs2",
            "be-rtime",
            image -> noise(image, find(image, "shadow") - 40, find(image, "shadow")));
    assertLost(List.of("etc/shadow"), outcome);
    assertSays("bytes between nodes are no nodes", outcome);
  }

  @Test
  void jffs2KeepsTheFilesOfADirectoryThatLostItsName() throws IOException {
    Outcome outcome = damage("jffs2", "le-none", image -> image[find(image, "init.d")] ^= 1);
    assertLost(List.of("etc/init.d", "etc/init.d/rcS"), outcome);
    assertSays("a directory has lost its name: lost+found/inode-", outcome);
  }

  @Test
  void jffs2LeavesOutDamagedData() throws IOException {
    Outcome outcome =
        damage("jffs2", "le-none", image -> image[find(image, "0123456789abcdef") + 5] ^= 1);
    assertLost(List.of("lib/exact.bin"), outcome);
    assertSays("the data of the node at", outcome);
  }

  @Test
  void ubiSurvivesDamagedFirstHeadersAndABadBlock() throws IOException {
    Outcome first =
        damage(
            "ubi",
            "one",
            image -> {
              Arrays.fill(image, 3 * 16384, 3 * 16384 + 64, (byte) 0);
              Arrays.fill(image, 9 * 16384, 9 * 16384 + 64, (byte) -1);
            });
    assertLost(List.of(), first);
    // Block 6 holds block 4 of the volume, which is of the properties of blocks.
    Outcome bad = damage("ubi", "one", image -> noise(image, 6 * 16384, 7 * 16384));
    assertLost(List.of(), bad);
    assertSays("ubi: the volume header of erase block 6 is damaged", bad);
  }

  @Test
  void ubiReadsTheOtherCopyOfTheVolumeTableOrDoesWithout() throws IOException {
    Outcome one = damage("ubi", "volumes", image -> image[600] ^= 1);
    assertLost(List.of(), one);
    assertSays("copy 0 of the volume table is damaged", one);
    Outcome both =
        damage(
            "ubi",
            "volumes",
            image -> {
              image[600] ^= 1;
              image[16384 + 600] ^= 1;
            });
    assertSays("there is no volume table", both);
    assertTrue(both.lost().stream().allMatch(line -> line.matches(".*\"(kernel|notes|root)/.*")));
  }

  @Test
  void ubiTellsOfDamageInAStaticVolume() throws IOException {
    Outcome outcome = damage("ubi", "static-nor", image -> image[3 * 8192 + 500] ^= 1);
    assertLost(List.of("notes"), outcome);
    assertSays("of the static volume notes is damaged", outcome);
  }

  @Test
  void ubifsFindsEverythingWithoutItsIndex() throws IOException {
    Outcome masters =
        damage("ubifs", "zlib", image -> Arrays.fill(image, 15360, 3 * 15360, (byte) -1));
    assertLost(List.of(), masters);
    assertSays("all nodes are searched: no master node", masters);
    Outcome index =
        damage(
            "ubifs",
            "lzo",
            image -> {
              for (int at = 0; at + 24 < image.length; at += 8) {
                if (Binary.u32le(image, at) == 0x06101831 && image[at + 20] == 9) {
                  image[at + 40] ^= 1;
                }
              }
            });
    assertLost(List.of(), index);
    assertSays("the index is damaged", index);
  }

  @Test
  void ubifsFillsADamagedBlockWithZeros() throws IOException {
    Outcome outcome = damage("ubifs", "none", image -> image[find(image, "line 200 of a")] ^= 1);
    assertLost(List.of("etc/text"), outcome);
    assertSays("ubifs: the checksum of the node at", outcome);
  }

  @Test
  void squashfsKeepsTheOtherDirectories() throws IOException {
    Outcome outcome =
        damage(
            "squashfs",
            "stored",
            image -> {
              int shadow = find(image, "shadow");
              image[shadow - 2] = 0x7f;
            });
    assertTrue(outcome.lost().stream().allMatch(line -> line.contains("\"etc/")), outcome.notes());
    assertTrue(!outcome.lost().isEmpty());
    assertSays("CORRUPT squashfs: etc", outcome);
  }

  @Test
  void yaffsGoesOnBehindDamagedPagesAndTellsOfMissingOnes() throws IOException {
    Outcome spare =
        damage(
            "yaffs",
            "v2-le",
            image -> {
              int page = find(image, "shadow") / 2112;
              noise(image, page * 2112 + 2048, (page + 1) * 2112);
            });
    assertLost(List.of("etc/shadow"), spare);
    assertSays("yaffs: 2 pages make no sense", spare);
    Outcome header = damage("yaffs", "v2-le", image -> image[find(image, "init.d") - 10] = 77);
    assertLost(List.of("etc/init.d", "etc/init.d/rcS"), header);
    assertSays("a directory has lost its header: lost+found/object-", header);
  }
}
