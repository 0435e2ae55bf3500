package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.elf.ElfFile;
import io.firmament.analysis.elf.ElfSegment;
import io.firmament.analysis.elf.TestElf;
import io.firmament.analysis.tree.MemoryBytes;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HardeningRulesTest {
  private static final long X86_FEATURES = 0xc0000002L;

  @ParameterizedTest
  @CsvSource({"0, none", "1, IBT", "2, SHSTK", "3, 'IBT, SHSTK'"})
  void readsWhatGuardsJumpsAndReturns(int features, String text) {
    byte[] program =
        TestElf.x86_64()
            .interpreter("/lib/ld.so")
            .needs("libc.so.6")
            .section(".note.gnu.property", 7, properties(features))
            .mark(ElfSegment.GNU_STACK, 7)
            .build();
    Issue issue = single(program);
    assertEquals(text, issue.facts().get("controlFlow"));
  }

  @Test
  void saysNothingOfGuardsThatAProcessorDoesNotHave() {
    byte[] program = TestElf.mips().needs("libc.so").mark(ElfSegment.GNU_STACK, 7).build();
    assertEquals(false, single(program).facts().containsKey("controlFlow"));
  }

  @Test
  void readsDamagedPropertyNotes() {
    byte[] note = properties(3);
    for (int length = 0; length < note.length; length++) {
      for (int at = 0; at < note.length; at++) {
        byte[] damaged = java.util.Arrays.copyOf(note, note.length);
        damaged[at] = (byte) 0xff;
        byte[] cut = java.util.Arrays.copyOf(damaged, length);
        byte[] program = TestElf.x86_64().section(".note.gnu.property", 7, cut).build();
        assertEquals(true, ElfFile.read(new MemoryBytes(program)).isPresent());
      }
    }
  }

  @Test
  void findsTextRelocations() {
    byte[] library =
        TestElf.arm().library("liba.so").tag(22, 0).mark(ElfSegment.GNU_STACK, 6).build();
    assertEquals("yes", single(library).facts().get("textRelocations"));
  }

  private static Issue single(byte[] program) {
    return by("binary-hardening", new MemoryTree().file("bin/a", 0755, program)).stream()
        .filter(Issue::elf)
        .findFirst()
        .orElseThrow();
  }

  private static byte[] properties(int features) {
    ByteBuffer note = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    note.putInt(4).putInt(16).putInt(5).put(new byte[] {'G', 'N', 'U', 0});
    return note.putInt((int) X86_FEATURES).putInt(4).putInt(features).putInt(0).array();
  }

  // Search paths

  @ParameterizedTest
  @CsvSource({
    "., HIGH",
    "/usr/lib/app:lib, HIGH",
    "/usr/lib/app:, HIGH",
    "/tmp/lib, HIGH",
    "/home/jdoe/build/lib, LOW"
  })
  void findsSearchPathsThatOthersMayFill(String path, Severity severity) {
    byte[] program = TestElf.arm().needs("libc.so").runpath(path).build();
    assertEquals(
        severity, only("library-path", new MemoryTree().file("bin/a", 0755, program)).severity());
  }

  @ParameterizedTest
  @CsvSource({"/usr/lib/app", "$ORIGIN/../lib", "${ORIGIN}/lib:/lib"})
  void leavesSoundSearchPathsAlone(String path) {
    byte[] program = TestElf.arm().needs("libc.so").runpath(path).build();
    assertEquals(List.of(), by("library-path", new MemoryTree().file("bin/a", 0755, program)));
  }
}
