package io.firmament.analysis.tree;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A path as the exact bytes the container stores, with a printable form.
///
/// The printable form is the bytes as UTF-8; bytes that are no UTF-8, control characters and the
/// backslash are written as `\xNN`, so that it is unique and can be turned back.
public final class EntryPath implements Comparable<EntryPath> {
  private final byte[] bytes;

  private EntryPath(byte[] bytes) {
    this.bytes = bytes;
  }

  public static EntryPath of(byte[] bytes) {
    return new EntryPath(bytes.clone());
  }

  public static EntryPath of(String text) {
    return new EntryPath(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Turns a printable form back into the path it was made from.
  public static EntryPath parse(String printable) {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream(printable.length());
    int from = 0;
    for (int at = printable.indexOf("\\x"); at >= 0; at = printable.indexOf("\\x", from)) {
      bytes.writeBytes(printable.substring(from, at).getBytes(StandardCharsets.UTF_8));
      bytes.write(java.util.HexFormat.fromHexDigits(printable, at + 2, at + 4));
      from = at + 4;
    }
    bytes.writeBytes(printable.substring(from).getBytes(StandardCharsets.UTF_8));
    return new EntryPath(bytes.toByteArray());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  /// The last segment.
  public String name() {
    String text = toString();
    return text.substring(text.lastIndexOf('/') + 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryPath path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public int compareTo(EntryPath other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  /// The printable form.
  @Override
  public String toString() {
    String text = decoded();
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == 0x7f || c == '\\') {
        printable.append(String.format("\\x%02x", (int) c));
      } else if (c >= 0xDC80 && c <= 0xDCFF) {
        printable.append(String.format("\\x%02x", c - 0xDC00));
      } else {
        printable.append(c);
      }
    }
    return printable.toString();
  }

  /// UTF-8 where it is; otherwise each stray byte as a lone low surrogate U+DC80 to U+DCFF.
  private String decoded() {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      StringBuilder text = new StringBuilder(bytes.length);
      for (byte b : bytes) {
        text.append(b >= 0 ? (char) b : (char) (0xDC00 + (b & 0xff)));
      }
      return text.toString();
    }
  }
}
