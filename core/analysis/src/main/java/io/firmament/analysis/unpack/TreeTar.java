package io.firmament.analysis.unpack;

import io.firmament.analysis.tree.ByteSource;
import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.EntryType;
import io.firmament.analysis.tree.FileTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// A whole tree as a tar stream: ustar, with a pax extended header (POSIX.1-2001) for what that
/// cannot say. Names are the exact bytes of the tree; the bytes depend on the tree alone.
public final class TreeTar {
  private static final int BLOCK = 512;
  private static final long MAX_OCTAL_7 = 07777777L;
  private static final long MAX_OCTAL_11 = 077777777777L;

  private final OutputStream out;

  private TreeTar(OutputStream out) {
    this.out = out;
  }

  /// Writes every entry in path order; the stream stays open.
  public static void write(FileTree tree, OutputStream out) throws IOException {
    TreeTar tar = new TreeTar(out);
    for (Entry entry : tree.entries()) {
      tar.entry(entry, tree);
    }
    out.write(new byte[2 * BLOCK]);
    out.flush();
  }

  private void entry(Entry entry, FileTree tree) throws IOException {
    byte[] path = entry.path().bytes();
    byte[] link = entry.linkTarget().map(target -> target.bytes()).orElse(new byte[0]);
    Map<String, byte[]> pax = new TreeMap<>();
    if (path.length >= 100) {
      pax.put("path", path);
    }
    if (link.length >= 100) {
      pax.put("linkpath", link);
    }
    number(pax, "size", entry.size(), MAX_OCTAL_11);
    number(pax, "uid", entry.uid(), MAX_OCTAL_7);
    number(pax, "gid", entry.gid(), MAX_OCTAL_7);
    number(pax, "mtime", entry.mtime(), MAX_OCTAL_11);
    entry.xattrs().forEach((name, value) -> pax.put("SCHILY.xattr." + name, value));
    if (!pax.isEmpty()) {
      extension(pax);
    }
    header(path, link, entry, entry.size(), flag(entry.type()));
    if (entry.sha256().isPresent()) {
      content(tree.content(entry.sha256().get()));
    }
  }

  private static void number(Map<String, byte[]> pax, String name, long value, long most) {
    if (value < 0 || value > most) {
      pax.put(name, ascii(Long.toString(value)));
    }
  }

  /// `"%d %s=%s\n"`: the length counts itself.
  private void extension(Map<String, byte[]> pax) throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> record : pax.entrySet()) {
      byte[] key = record.getKey().getBytes(StandardCharsets.UTF_8);
      int rest = key.length + record.getValue().length + 3;
      int length = rest + 1;
      while (Integer.toString(length).length() + rest != length) {
        length = Integer.toString(length).length() + rest;
      }
      records.writeBytes(ascii(length + " "));
      records.writeBytes(key);
      records.write('=');
      records.writeBytes(record.getValue());
      records.write('\n');
    }
    byte[] head = new byte[BLOCK];
    put(head, 0, ascii("PaxHeader"), 100);
    octal(head, 100, 8, 0644);
    octal(head, 124, 12, records.size());
    finish(head, 'x');
    out.write(records.toByteArray());
    pad(records.size());
  }

  private void header(byte[] path, byte[] link, Entry entry, long size, char flag)
      throws IOException {
    byte[] head = new byte[BLOCK];
    put(head, 0, path, 100);
    octal(head, 100, 8, entry.mode());
    octal(head, 108, 8, within(entry.uid(), MAX_OCTAL_7));
    octal(head, 116, 8, within(entry.gid(), MAX_OCTAL_7));
    octal(head, 124, 12, within(size, MAX_OCTAL_11));
    octal(head, 136, 12, within(entry.mtime(), MAX_OCTAL_11));
    put(head, 157, link, 100);
    octal(head, 329, 8, within(entry.rdev().major(), MAX_OCTAL_7));
    octal(head, 337, 8, within(entry.rdev().minor(), MAX_OCTAL_7));
    finish(head, flag);
  }

  private void finish(byte[] head, char flag) throws IOException {
    head[156] = (byte) flag;
    put(head, 257, ascii("ustar\0" + "00"), 8);
    Arrays.fill(head, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : head) {
      sum += b & 0xff;
    }
    put(head, 148, ascii(String.format("%06o\0 ", sum)), 8);
    out.write(head);
  }

  private void content(ByteSource content) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    for (int n = content.read(0, buffer, 0, buffer.length);
        n > 0;
        n = content.read(at, buffer, 0, buffer.length)) {
      out.write(buffer, 0, n);
      at += n;
    }
    pad(at);
  }

  private void pad(long written) throws IOException {
    out.write(new byte[(int) (-written & (BLOCK - 1))]);
  }

  private static char flag(EntryType type) {
    return switch (type) {
      case FILE, SOCKET -> '0';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
    };
  }

  private static long within(long value, long most) {
    return value < 0 || value > most ? 0 : value;
  }

  private static void octal(byte[] head, int at, int length, long value) {
    put(head, at, ascii(String.format("%0" + (length - 1) + "o", value)), length);
  }

  private static void put(byte[] head, int at, byte[] bytes, int most) {
    System.arraycopy(bytes, 0, head, at, Math.min(bytes.length, most));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
