package io.firmament.analysis.unpack;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.unpack.io.Binary;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// File systems and archives of which a part is damaged: the rest is read, and the damage is told.
class DamagedVolumesTest extends Damaged {
  private static final int BLOCK = 4096;

  /// Where a text of 16 bits a character is in the image.
  private static int findWide(byte[] image, String text) {
    return find(image, text.replaceAll("(.)", "$1\0"));
  }

  /// The journal, which has copies of all, lies before the tree.
  private static int findLast(byte[] image, String text) {
    int last = find(image, text);
    byte[] wanted = Binary.ascii(text);
    for (int at = last; at + wanted.length <= image.length; at++) {
      if (Arrays.equals(wanted, 0, wanted.length, image, at, at + wanted.length)) {
        last = at;
      }
    }
    return last;
  }

  private static void assertOnlyBelow(String directory, Outcome outcome) {
    assertFalse(outcome.lost().isEmpty());
    assertTrue(
        outcome.lost().stream().allMatch(line -> line.contains("\"path\":\"" + directory)),
        () -> outcome.lost().toString());
  }

  @Test
  void reiserfsTellsThatItsJournalWasNotReplayed() throws IOException {
    Outcome outcome = damage("reiserfs", "v36", image -> image[65536 + 50] = 2);
    assertLost(List.of(), outcome);
    assertSays("reiserfs: was not unmounted; its journal is not replayed", outcome);
  }

  @Test
  void reiserfsReadsWhatOtherLeavesHold() throws IOException {
    Outcome outcome =
        damage(
            "reiserfs",
            "v36",
            image -> {
              // A short file lies in the tree itself.
              int leaf = findLast(image, "199\n\0\0\0\0") / BLOCK * BLOCK;
              noise(image, leaf, leaf + BLOCK);
            });
    assertFalse(outcome.lost().isEmpty());
    assertTrue(outcome.lost().size() < 230, outcome.lost().size() + "");
    assertSays("CORRUPT reiserfs: ", outcome);
  }

  @Test
  void jfsTellsThatItsLogWasNotReplayed() throws IOException {
    Outcome outcome = damage("jfs", "linux", image -> image[32768 + 40] = 2);
    assertLost(List.of(), outcome);
    assertSays("jfs: was not unmounted; its log is not replayed", outcome);
  }

  @Test
  void jfsReadsTheOtherDirectories() throws IOException {
    Outcome outcome =
        damage(
            "jfs",
            "linux",
            image -> {
              int page = findWide(image, "file-150") / BLOCK * BLOCK;
              noise(image, page, page + BLOCK);
            });
    assertOnlyBelow("many/", outcome);
    assertSays("CORRUPT jfs: many: ", outcome);
  }

  @Test
  void jfsLosesAnInodeAlone() throws IOException {
    Outcome outcome =
        damage(
            "jfs",
            "linux",
            image -> {
              // The target of a short link stands in its inode, whose number is checked.
              int inode = find(image, "nowhere/at/all") / 512 * 512;
              image[inode + 8] ^= 1;
            });
    assertLost(List.of("dangling"), outcome);
    assertSays("CORRUPT jfs: dangling: no inode", outcome);
  }

  @Test
  void ufsReadsTheOtherDirectories() throws IOException {
    for (String name : List.of("v1-big", "v2-little")) {
      Outcome outcome =
          damage("ufs", name, image -> Arrays.fill(image, at(image), at(image) + 8, (byte) -1));
      assertOnlyBelow("many/", outcome);
      assertSays("CORRUPT ufs: many: an entry of a listing makes no sense", outcome);
    }
  }

  private static int at(byte[] image) {
    return find(image, "file-100") - 8;
  }

  @Test
  void ufsKeepsAFileUpToAPlaceThatIsNone() throws IOException {
    Outcome outcome =
        damage(
            "ufs",
            "v1-big",
            image -> {
              int text = find(image, "line 0 of a text") / 512;
              int pointer = pointer(image, text);
              image[pointer] = 0x7f;
            });
    assertLost(List.of("etc/hard", "etc/text"), outcome);
    assertSays("CORRUPT content: no fragment 21307", outcome);
  }

  /// Where an inode points to that fragment.
  private static int pointer(byte[] image, int fragment) {
    for (int at = 0; at + 4 <= image.length; at += 4) {
      if (Binary.u32be(image, at) == fragment && Binary.u32be(image, at + 4) == fragment + 8) {
        return at;
      }
    }
    throw new AssertionError("no pointer to " + fragment);
  }

  @Test
  void aDamagedChunkOfASolidImageTakesOnlyItsFiles() throws IOException {
    Outcome outcome = damage("wim", "solid-chunks", image -> noise(image, 40_000, 40_100));
    assertFalse(outcome.lost().isEmpty());
    assertTrue(outcome.lost().size() < 6, outcome.lost().toString());
    assertSays("CORRUPT", outcome);
  }

  @Test
  void aDamagedMemberOfPpmdIsToldAndTheOthersAreRead() throws IOException {
    Outcome outcome = damage("zip", "ppmd", image -> image[image.length / 2] ^= 4);
    assertLost(List.of("text"), outcome);
    assertSays("CORRUPT", outcome);
  }
}
