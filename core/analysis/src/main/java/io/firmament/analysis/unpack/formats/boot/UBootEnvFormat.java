package io.firmament.analysis.unpack.formats.boot;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.unpack.formats.Body;
import io.firmament.analysis.unpack.formats.Chunk;
import io.firmament.analysis.unpack.formats.Format;
import io.firmament.analysis.unpack.formats.FormatCard;
import io.firmament.analysis.unpack.formats.FormatCard.Magic;
import io.firmament.analysis.unpack.formats.Sink;
import io.firmament.analysis.unpack.io.Binary;
import io.firmament.analysis.unpack.io.HeapByteSource;
import io.firmament.base.finding.Confidence;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// A stored environment of U-Boot: a CRC-32, for redundant environments a counter of one byte, and
/// `name=value` strings up to the size of the environment, which nothing tells: it is the one of
/// the usual sizes whose checksum is right.
public final class UBootEnvFormat implements Format {
  private static final int SMALLEST = 1 << 10;
  private static final int LOOK = 1 << 9;
  private static final int LARGEST = 1 << 18;
  private static final List<String> FIRST =
      List.of(
          "altbootcmd=",
          "arch=",
          "args",
          "addip=",
          "addtty=",
          "autoload=",
          "baudrate=",
          "boardid=",
          "board=",
          "board_name=",
          "boot",
          "console=",
          "cpu=",
          "eth",
          "fdt",
          "filesize=",
          "ipaddr=",
          "kernel_addr",
          "loadaddr=",
          "mtdids=",
          "mtdparts=",
          "preboot=",
          "serverip=",
          "stdin=",
          "ver=");

  @Override
  public FormatCard card() {
    List<Magic> magics =
        FIRST.stream()
            .flatMap(name -> Stream.of(Magic.text(4, name), Magic.text(5, name)))
            .toList();
    return new FormatCard(
        "uboot-env",
        "U-Boot environment",
        FormatCard.Kind.DATA,
        magics,
        List.of(),
        List.of(
            "found by the usual first variables only",
            "sizes other than a power of two or a multiple of 4 KiB up to 256 KiB are not found"),
        List.of("U-Boot include/env_internal.h", "U-Boot tools/mkenvimage.c"));
  }

  @Override
  public Optional<Chunk> probe(ByteSource source, long start) {
    if (!startsLikeOne(Binary.upTo(source, start, LOOK))) {
      return Optional.empty();
    }
    byte[] bytes = Binary.upTo(source, start, LARGEST);
    boolean redundant = startsVariable(bytes, 5) && !startsVariable(bytes, 4);
    int from = redundant ? 5 : 4;
    int variables = variables(bytes, from);
    if (variables == 0) {
      return Optional.empty();
    }
    CRC32 crc = new CRC32();
    int done = from;
    for (int size = SMALLEST; size <= bytes.length; size += size < 4096 ? size : 4096) {
      crc.update(bytes, done, size - done);
      done = size;
      boolean little = crc.getValue() == Binary.u32le(bytes, 0);
      if (little || crc.getValue() == Binary.u32be(bytes, 0)) {
        return Optional.of(
            new Chunk(
                start,
                start + size,
                Confidence.HIGH,
                false,
                Map.of(
                    "variables",
                    Integer.toString(variables),
                    "redundant",
                    Boolean.toString(redundant),
                    "endian",
                    little ? "little" : "big")));
      }
    }
    return Optional.empty();
  }

  /// Cheap: the first string is a variable that ends soon.
  private static boolean startsLikeOne(byte[] head) {
    if (head.length < LOOK) {
      return false;
    }
    int from = startsVariable(head, 4) ? 4 : 5;
    String first = Binary.text(head, from, head.length - from);
    return first.indexOf('=') > 0 && from + first.length() < head.length;
  }

  private static boolean startsVariable(byte[] bytes, int at) {
    return FIRST.stream()
        .map(Binary::ascii)
        .anyMatch(
            name -> java.util.Arrays.equals(bytes, at, at + name.length, name, 0, name.length));
  }

  /// The number of `name=value` strings up to the empty one; 0 where a string is no such thing.
  private static int variables(byte[] bytes, int from) {
    int count = 0;
    int at = from;
    while (at < bytes.length && bytes[at] != 0) {
      String variable = Binary.text(bytes, at, bytes.length - at);
      if (variable.indexOf('=') < 1) {
        return 0;
      }
      count++;
      at += variable.length() + 1;
    }
    return at < bytes.length ? count : 0;
  }

  /// Gives the variables as text, a line each; a line feed inside a value becomes a blank.
  @Override
  public void unpack(ByteSource content, Chunk chunk, Sink sink) throws IOException {
    byte[] bytes = Binary.upTo(content, 0, LARGEST);
    int at = "true".equals(chunk.meta().get("redundant")) ? 5 : 4;
    StringBuilder text = new StringBuilder();
    while (at < bytes.length && bytes[at] != 0) {
      String variable = Binary.text(bytes, at, bytes.length - at);
      text.append(variable.replace('\n', ' ')).append('\n');
      at += variable.length() + 1;
    }
    byte[] lines = Binary.ascii(text.toString());
    sink.leaf("environment.txt", Body.of(HeapByteSource.of(lines)));
  }
}
