package io.firmament.analysis.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.inventory.Inventory;
import io.firmament.analysis.tree.MemoryBytes;
import io.firmament.analysis.tree.MemoryTree;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlatformTest {
  @Test
  void readsTheBoardAndTheChip() {
    MemoryTree tree =
        new MemoryTree().file("a.dtb", 0644, board("Acme One", "acme,one\0acme,chip7\0"));
    ImageIdentity identity = Inventory.standard().identify(tree, (_, _) -> {}).identity();
    assertEquals("Acme One", identity.board());
    assertEquals("acme,chip7", identity.soc());
  }

  @Test
  void saysOnlyWhatSeveralDeviceTreesAgreeOn() {
    MemoryTree tree =
        new MemoryTree()
            .file("a.dtb", 0644, board("Acme One", "acme,one\0acme,chip7\0"))
            .file("b.dtb", 0644, board("Acme Two", "acme,two\0acme,chip7\0"));
    ImageIdentity identity = Inventory.standard().identify(tree, (_, _) -> {}).identity();
    assertEquals(null, identity.board());
    assertEquals("acme,chip7", identity.soc());
  }

  @Test
  void takesNothingElseForADeviceTree() {
    assertEquals(Optional.empty(), Platform.read(new MemoryBytes(new byte[100])));
    byte[] cut = java.util.Arrays.copyOf(board("Acme One", "a\0"), 57);
    assertEquals(Optional.empty(), Platform.read(new MemoryBytes(cut)));
  }

  private static byte[] board(String model, String compatible) {
    return new TestDeviceTree()
        .begin("")
        .property("model", model + "\0")
        .property("compatible", compatible)
        .end()
        .build();
  }
}
