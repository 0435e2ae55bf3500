package io.firmament.analysis.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.firmament.analysis.tree.MemoryBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ElfFileTest {
  static Stream<TestElf> everyShape() {
    return Stream.of(TestElf.arm(), TestElf.mips(), TestElf.x86_64(), TestElf.ppc64())
        .map(
            elf ->
                elf.library("libz.so.1")
                    .needs("libc.so.6", "libm.so.6")
                    .runpath("/opt/lib")
                    .interpreter("/lib/ld.so.1")
                    .defines("inflate", "deflate")
                    .imports("malloc")
                    .tag(30, 8)
                    .mark(ElfSegment.GNU_STACK, 6));
  }

  @ParameterizedTest
  @MethodSource("everyShape")
  void readsEveryWidthAndByteOrder(TestElf built) {
    expectAll(read(built.build()));
  }

  @ParameterizedTest
  @MethodSource("everyShape")
  void readsAFileWithoutSectionHeadersThroughItsSegments(TestElf built) {
    ElfFile elf = read(built.withoutSections().build());
    assertEquals(List.of(), elf.sections());
    expectAll(elf);
  }

  private static void expectAll(ElfFile elf) {
    assertEquals(List.of("libc.so.6", "libm.so.6"), elf.needed());
    assertEquals(Optional.of("libz.so.1"), elf.soname());
    assertEquals(Optional.of("/opt/lib"), elf.dynamic().orElseThrow().runpath());
    assertEquals(Optional.of("/lib/ld.so.1"), elf.interpreter());
    assertEquals(Set.of("inflate", "deflate"), elf.defined());
    assertEquals(Set.of("malloc"), elf.imported());
    assertTrue(elf.dynamic().orElseThrow().bindNow());
    assertFalse(elf.dynamic().orElseThrow().textRelocations());
    assertEquals(List.of(), elf.damage());
    assertTrue(
        elf.segments().stream()
            .anyMatch(s -> s.type() == ElfSegment.GNU_STACK && !s.executable() && s.writable()));
  }

  @Test
  void readsNotesAndModuleInformation() {
    byte[] id = note("GNU", 3, new byte[] {1, 2, (byte) 0xab});
    byte[] json = "{\"name\":\"zlib\"}".getBytes(StandardCharsets.UTF_8);
    byte[] info = "license=GPL\0vermagic=6.1.0 SMP\0".getBytes(StandardCharsets.UTF_8);
    ElfFile elf =
        read(
            TestElf.x86_64()
                .section(".note.gnu.build-id", 7, id)
                .section(".note.package", 7, note("FDO", 0xcafe1a7e, json))
                .section(".modinfo", 1, info)
                .build());
    assertEquals(Optional.of("0102ab"), elf.buildId());
    assertEquals(Optional.of("{\"name\":\"zlib\"}"), elf.packageNote());
    assertEquals(Optional.of("6.1.0 SMP"), elf.module("vermagic"));
    assertTrue(elf.isStatic());
  }

  @Test
  void saysThatOtherBytesAreNoElfFile() {
    assertTrue(ElfFile.read(new MemoryBytes(new byte[0])).isEmpty());
    assertTrue(
        ElfFile.read(new MemoryBytes("\u007fELF".getBytes(StandardCharsets.UTF_8))).isEmpty());
    assertTrue(ElfFile.read(new MemoryBytes(new byte[4096])).isEmpty());
  }

  @Test
  void namesADamagedSectionTable() {
    byte[] whole = TestElf.arm().library("liba.so.1").build();
    ElfFile elf = read(Arrays.copyOf(whole, whole.length - 50));
    assertEquals(List.of("section header table"), elf.damage());
    assertEquals(Optional.of("liba.so.1"), elf.soname());
  }

  @Test
  void survivesMutatedFiles() {
    Random random = new Random(20_250_101);
    for (TestElf shape : everyShape().toList()) {
      byte[] whole = shape.section(".note.x", 7, note("GNU", 3, new byte[20])).build();
      for (int round = 0; round < 6_000; round++) {
        byte[] bytes = whole.clone();
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
          bytes[4 + random.nextInt(bytes.length - 4)] = interesting(random);
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
        ElfFile.read(new MemoryBytes(Arrays.copyOf(bytes, length)));
      }
    }
  }

  @Test
  void readsARealProgramAsItsOwnToolchainDoes() throws IOException, InterruptedException {
    Path program = Path.of("/usr/bin/openssl");
    Path oracle = Path.of("/usr/bin/readelf");
    assumeTrue(Files.exists(program), "no /usr/bin/openssl");
    assumeTrue(Files.exists(oracle), "no /usr/bin/readelf");
    Process process = new ProcessBuilder("readelf", "-dnW", program.toString()).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    ElfFile elf = read(Files.readAllBytes(program));
    long needed = text.lines().filter(line -> line.contains("(NEEDED)")).count();
    assertEquals(needed, elf.needed().size());
    for (String name : elf.needed()) {
      assertTrue(text.contains("[" + name + "]"), name);
    }
    assertTrue(text.contains("Build ID: " + elf.buildId().orElseThrow()));
    assertEquals(List.of(), elf.damage());
    assertTrue(elf.isProgram());
  }

  private static byte interesting(Random random) {
    byte[] values = {0, 1, 2, 0x7f, (byte) 0x80, (byte) 0xff};
    return random.nextBoolean()
        ? values[random.nextInt(values.length)]
        : (byte) random.nextInt(256);
  }

  private static byte[] note(String name, int type, byte[] content) {
    ByteBuffer note = ByteBuffer.allocate(16 + content.length).order(ByteOrder.LITTLE_ENDIAN);
    note.putInt(4).putInt(content.length).putInt(type);
    note.put((name + "\0").getBytes(StandardCharsets.UTF_8)).put(content);
    return note.array();
  }

  private static ElfFile read(byte[] bytes) {
    return ElfFile.read(new MemoryBytes(bytes)).orElseThrow();
  }
}
