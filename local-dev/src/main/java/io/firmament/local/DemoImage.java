package io.firmament.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// Builds the demo's firmware image on the spot: real aarch64 binaries resolved through Maven, and
/// a handful of configuration files with the mistakes that real firmware has, packed the way a boot
/// loader would find them: a U-Boot legacy image of a gzip-compressed cpio archive.
final class DemoImage {
  private static final long MTIME = 1_767_225_600L;
  private static final int UIMAGE_MAGIC = 0x27051956;
  private static final byte OS_LINUX = 5;
  private static final byte ARCH_ARM64 = 22;
  private static final byte TYPE_RAMDISK = 3;
  private static final byte COMPRESSION_GZIP = 1;

  /// A file of the image.
  private record Part(String path, int mode, byte[] content) {}

  private DemoImage() {}

  /// Writes the image to `target`.
  ///
  /// @param binaries the jar with the PostgreSQL build
  static void write(Path binaries, Path target) {
    try {
      byte[] ramdisk = gzip(cpio(parts(binaries)));
      try (OutputStream out = Files.newOutputStream(target)) {
        out.write(uimageHeader(ramdisk));
        out.write(ramdisk);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the demo image cannot be built at " + target, e);
    }
  }

  private static List<Part> parts(Path binaries) throws IOException {
    List<Part> parts = new ArrayList<>();
    parts.add(text("etc/os-release", 0644, OS_RELEASE));
    parts.add(text("etc/passwd", 0644, PASSWD));
    parts.add(text("etc/shadow", 0600, SHADOW));
    parts.add(text("etc/inittab", 0644, INITTAB));
    parts.add(text("etc/inetd.conf", 0644, INETD_CONF));
    parts.add(text("etc/init.d/rcS", 0755, RCS));
    parts.add(text("etc/ssl/private/device.key", 0644, privateKey()));
    readBinaries(binaries, parts);
    return parts;
  }

  /// The libraries and programs of the PostgreSQL build; its documentation, headers and Unicode
  /// tables are left out.
  private static void readBinaries(Path jar, List<Part> parts) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile());
        InputStream archive =
            zip.getInputStream(
                zip.stream()
                    .filter(entry -> entry.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no archive in " + jar)));
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(archive))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName().replaceFirst("^\\./", "");
        boolean wanted = name.startsWith("bin/") || name.matches("lib/lib[^/]*\\.so[^/]*");
        if (entry.isFile() && wanted && !name.contains("icudata")) {
          boolean helper = name.endsWith("pg_ctl");
          parts.add(new Part("usr/" + name, helper ? 04755 : 0755, tar.readAllBytes()));
        }
      }
    }
  }

  private static Part text(String path, int mode, String content) {
    return new Part(path, mode, content.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] cpio(List<Part> parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CpioArchiveOutputStream cpio = new CpioArchiveOutputStream(bytes)) {
      for (String directory :
          List.of(
              "dev",
              "etc",
              "etc/init.d",
              "etc/ssl",
              "etc/ssl/private",
              "usr",
              "usr/bin",
              "usr/lib")) {
        put(cpio, entry(directory, CpioConstants.C_ISDIR | 0755), new byte[0]);
      }
      CpioArchiveEntry console = entry("dev/console", CpioConstants.C_ISCHR | 0600);
      console.setRemoteDeviceMaj(5);
      console.setRemoteDeviceMin(1);
      put(cpio, console, new byte[0]);
      for (Part part : parts) {
        CpioArchiveEntry entry = entry(part.path(), CpioConstants.C_ISREG | part.mode());
        entry.setSize(part.content().length);
        put(cpio, entry, part.content());
      }
      byte[] target = "usr/bin".getBytes(StandardCharsets.UTF_8);
      CpioArchiveEntry link = entry("bin", CpioConstants.C_ISLNK | 0777);
      link.setSize(target.length);
      put(cpio, link, target);
    }
    return bytes.toByteArray();
  }

  private static CpioArchiveEntry entry(String path, int mode) {
    CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, path);
    entry.setMode(mode);
    entry.setTime(MTIME);
    return entry;
  }

  private static void put(CpioArchiveOutputStream cpio, CpioArchiveEntry entry, byte[] content)
      throws IOException {
    cpio.putArchiveEntry(entry);
    cpio.write(content);
    cpio.closeArchiveEntry();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }

  /// The 64-byte legacy header (U-Boot, `include/image.h`): big-endian, with a CRC of the data and
  /// a CRC of the header with its own field as zero.
  private static byte[] uimageHeader(byte[] data) {
    CRC32 dataCrc = new CRC32();
    dataCrc.update(data);
    byte[] name = "firmament demo gateway".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(64);
    header.putInt(UIMAGE_MAGIC).putInt(0).putInt((int) MTIME).putInt(data.length);
    header.putInt(0).putInt(0).putInt((int) dataCrc.getValue());
    header.put(OS_LINUX).put(ARCH_ARM64).put(TYPE_RAMDISK).put(COMPRESSION_GZIP).put(name);
    CRC32 headerCrc = new CRC32();
    headerCrc.update(header.array());
    return header.putInt(4, (int) headerCrc.getValue()).array();
  }

  /// A fresh key: what makes it a finding is that it is in the image at all.
  private static String privateKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      KeyPair pair = generator.generateKeyPair();
      String body =
          Base64.getMimeEncoder(64, new byte[] {'\n'})
              .encodeToString(pair.getPrivate().getEncoded());
      return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  private static final String OS_RELEASE =
      """
      NAME="Firmament demo gateway"
      ID=demo-gateway
      VERSION_ID="1.4.2"
      PRETTY_NAME="Firmament demo gateway 1.4.2"
      """;

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      support::0:0:remote support:/:/bin/sh
      postgres:x:70:70:database:/var/lib/postgresql:/sbin/nologin
      """;

  private static final String SHADOW =
      """
      root:$1$Zx9Qd0aB$1bKyA0nSdh3iXVNnjGlzL0:18000:0:99999:7:::
      postgres:*:18000:0:99999:7:::
      """;

  private static final String INITTAB =
      """
      ::sysinit:/etc/init.d/rcS
      ttyS0::respawn:/bin/sh
      """;

  private static final String INETD_CONF =
      """
      telnet stream tcp nowait root /usr/sbin/telnetd telnetd -l /bin/sh
      """;

  private static final String RCS =
      """
      #!/bin/sh
      mount -t proc proc /proc
      inetd
      telnetd -l /bin/login
      /usr/bin/pg_ctl start
      """;
}
