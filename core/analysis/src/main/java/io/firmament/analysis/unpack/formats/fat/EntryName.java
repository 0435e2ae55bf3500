package io.firmament.analysis.unpack.formats.fat;

import io.firmament.analysis.unpack.io.Binary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Puts the names of directory entries together (Microsoft FAT specification, sections 6 and 7).
final class EntryName {
  private static final int PER_ENTRY = 13;
  private static final int LAST = 0x40;
  private static final int MOST = 20;
  private static final int LOWER_BASE = 8;
  private static final int LOWER_EXTENSION = 16;

  /// The upper half of code page 437.
  private static final String UPPER_HALF =
      "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
          + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

  private final char[] units = new char[PER_ENTRY * MOST];
  private int expected;
  private int count;
  private byte checksum;

  /// Takes an entry of a long name; they stand before their file, the last part first.
  void part(byte[] entry) {
    int order = entry[0] & 0x3f;
    if ((entry[0] & LAST) != 0 && order > 0 && order <= MOST) {
      expected = order;
      count = order * PER_ENTRY;
      checksum = entry[13];
    }
    if (order == 0 || order != expected || entry[13] != checksum) {
      forget();
      return;
    }
    expected--;
    for (int i = 0; i < PER_ENTRY; i++) {
      int at = i < 5 ? 1 + 2 * i : i < 11 ? 14 + 2 * (i - 5) : 28 + 2 * (i - 11);
      units[expected * PER_ENTRY + i] = (char) Binary.u16le(entry, at);
    }
  }

  void forget() {
    expected = 0;
    count = 0;
  }

  /// The long name where it is whole and belongs to the entry, else the short one; in UTF-8.
  byte[] of(byte[] entry) {
    boolean whole = count > 0 && expected == 0 && checksum == checksum(entry);
    int length = 0;
    while (length < count && units[length] != 0) {
      length++;
    }
    byte[] name =
        whole && length > 0
            ? new String(units, 0, length).getBytes(StandardCharsets.UTF_8)
            : shortName(entry);
    forget();
    return name;
  }

  static byte checksum(byte[] entry) {
    int sum = 0;
    for (int i = 0; i < 11; i++) {
      sum = ((sum & 1) << 7) + (sum >> 1) + entry[i] & 0xff;
    }
    return (byte) sum;
  }

  /// Eight and three characters; 05 stands for E5, which would mark a deleted entry.
  private static byte[] shortName(byte[] entry) {
    byte[] raw = Arrays.copyOf(entry, 11);
    if (raw[0] == 5) {
      raw[0] = (byte) 0xe5;
    }
    String base = part(raw, 0, 8, (entry[12] & LOWER_BASE) != 0);
    String extension = part(raw, 8, 11, (entry[12] & LOWER_EXTENSION) != 0);
    String name = extension.isEmpty() ? base : base + "." + extension;
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static String part(byte[] raw, int from, int to, boolean lower) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(raw[i] < 0 ? UPPER_HALF.charAt(raw[i] & 0x7f) : (char) raw[i]);
    }
    String trimmed = text.toString().stripTrailing();
    return lower ? trimmed.toLowerCase(Locale.ROOT) : trimmed;
  }
}
