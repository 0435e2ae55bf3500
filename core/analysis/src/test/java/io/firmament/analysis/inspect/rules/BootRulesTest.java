package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.analysis.identity.TestDeviceTree;
import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BootRulesTest {
  // FIT

  @Test
  void findsAnUnsignedFit() {
    Issue issue = only("fit-signature", new MemoryTree().file("boot.itb", 0644, fit("hash-1")));
    assertEquals(Severity.HIGH, issue.severity());
    assertEquals("1", issue.facts().get("unsigned"));
    MemoryTree signed = new MemoryTree().file("boot.itb", 0644, fit("signature-1"));
    assertEquals(List.of(), by("fit-signature", signed));
  }

  @Test
  void takesNoOrdinaryDeviceTreeForAFit() {
    byte[] tree =
        new TestDeviceTree().begin("").property("compatible", "acme,board\0").end().build();
    assertEquals(List.of(), by("fit-signature", new MemoryTree().file("a.dtb", 0644, tree)));
  }

  @Test
  void readsDamagedBootImages() {
    byte[] fit = fit("hash-1");
    Random random = new Random(2);
    MemoryTree tree = new MemoryTree();
    for (int i = 0; i < 300; i++) {
      byte[] damaged = fit.clone();
      for (int j = 0; j < 4; j++) {
        damaged[4 + random.nextInt(damaged.length - 4)] = (byte) random.nextInt(256);
      }
      int length = 40 + random.nextInt(fit.length - 40);
      tree.file("f" + i, 0644, java.util.Arrays.copyOf(damaged, length));
    }
    assertTrue(by("fit-signature", tree).size() <= 300);
  }

  private static byte[] fit(String node) {
    return new TestDeviceTree()
        .begin("")
        .begin("images")
        .begin("kernel")
        .property("data", "x")
        .end()
        .end()
        .begin("configurations")
        .begin("conf-1")
        .property("kernel", "kernel\0")
        .begin(node)
        .property("value", "x")
        .end()
        .end()
        .end()
        .end()
        .build();
  }

  // Android Verified Boot

  @ParameterizedTest
  @CsvSource({"1, 2, verification", "1, 1, dm-verity", "0, 0, not signed"})
  void findsVerifiedBootThatIsOff(int algorithm, int flags, String text) {
    byte[] image = vbmeta(algorithm, flags);
    Issue issue = only("verified-boot", new MemoryTree().file("vbmeta.img", 0644, image));
    assertTrue(issue.summary().contains(text), issue.summary());
  }

  @Test
  void leavesSignedAndChainedImagesAlone() {
    MemoryTree tree =
        new MemoryTree()
            .file("vbmeta.img", 0644, vbmeta(2, 0))
            .file("boot.img", 0644, vbmeta(0, 0))
            .file("words", "AVB0 is the magic of vbmeta".repeat(20));
    assertEquals(List.of(), by("verified-boot", tree));
  }

  private static byte[] vbmeta(int algorithm, int flags) {
    ByteBuffer image = ByteBuffer.allocate(4096);
    image.put("AVB0".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(0);
    image.putLong(576).putLong(1024).putInt(algorithm);
    image.putInt(120, flags);
    image.put(128, "avbtool 1.2.0".getBytes(StandardCharsets.US_ASCII));
    return image.array();
  }

  // MCUboot

  @ParameterizedTest
  @CsvSource({"'10', HIGH", "'10 22', INFORMATIONAL", "'10 24', INFORMATIONAL", "'10 50', HIGH"})
  void judgesMicrocontrollerImagesByTheirTrailer(String types, Severity severity) {
    Issue issue = only("mcuboot-signature", new MemoryTree().file("app.bin", 0644, mcuboot(types)));
    assertEquals(severity, issue.severity());
  }

  @Test
  void leavesACompleteMicrocontrollerImageAlone() {
    byte[] good = mcuboot("10 22 50");
    byte[] cut = java.util.Arrays.copyOf(good, 40);
    MemoryTree tree = new MemoryTree().file("a", 0644, good).file("b", 0644, cut);
    assertEquals(List.of(), by("mcuboot-signature", tree));
  }

  private static byte[] mcuboot(String types) {
    ByteBuffer image = ByteBuffer.allocate(600).order(ByteOrder.LITTLE_ENDIAN);
    image.putInt(0x96f3b83d).putInt(0).putShort((short) 32).putShort((short) 0).putInt(100);
    String[] each = types.split(" ");
    image.position(132).putShort((short) 0x6907).putShort((short) (4 + each.length * 8));
    for (String type : each) {
      image.putShort(Short.parseShort(type, 16)).putShort((short) 4).putInt(7);
    }
    return image.array();
  }

  // UEFI

  @Test
  void findsAVariableStoreWithoutAPlatformKey() {
    Issue issue = only("uefi-setup-mode", new MemoryTree().file("vars", 0644, store("db", 0x3f)));
    assertEquals("yes", issue.facts().get("db"));
    assertEquals(
        1, by("uefi-setup-mode", new MemoryTree().file("v", 0644, store("PK", 0x3c))).size());
    assertEquals(
        List.of(), by("uefi-setup-mode", new MemoryTree().file("v", 0644, store("PK", 0x3f))));
  }

  private static byte[] store(String name, int state) {
    ByteBuffer store = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    store.position(72);
    store.put(HexFormat.of().parseHex("782cf3aa7b949a43a1802e144ec37792"));
    store.putInt(2000).put((byte) 0x5a).put((byte) 0xfe).position(100);
    byte[] utf = (name + "\0").getBytes(StandardCharsets.UTF_16LE);
    store.putShort((short) 0x55aa).put((byte) state).put((byte) 0).position(136);
    store.putInt(utf.length).putInt(10).position(160).put(utf);
    return store.array();
  }

  // Boot arguments

  @Test
  void findsABootThatCanBeStopped() {
    String environment =
        "\0bootargs=console=ttyS0\0bootcmd=bootm 0x9f020000\0bootdelay=3\0baudrate=115200\0";
    Issue issue = only("boot-argument", new MemoryTree().file("u-boot.bin", environment));
    assertEquals("bootdelay=3", issue.facts().get("value"));
    assertEquals(Severity.MEDIUM, issue.severity());
  }

  @ParameterizedTest
  @CsvSource({
    "^bootcmd=bootm^bootdelay=-2^",
    "^bootcmd=bootm^bootdelay=3^bootstopkey=x^",
    "^bootdelay=3^",
    "^bootcmd=bootm^the value of bootdelay=3^",
    "init=/bin/sh",
    "# console=ttyS0 init=/bin/sh",
    "console=ttyS0 init=/bin/shutdown-hook"
  })
  void leavesOtherBootSettingsAlone(String text) {
    MemoryTree tree = new MemoryTree().file("a", text.replace('^', '\0'));
    assertEquals(List.of(), by("boot-argument", tree));
  }

  @ParameterizedTest
  @CsvSource({
    "console=ttyS0 root=/dev/mtdblock2 init=/bin/sh, HIGH",
    "console=ttyS0 androidboot.veritymode=disabled, HIGH",
    "console=ttyS0 ima_appraise=off, MEDIUM",
    "root=/dev/sda enforcing=0, MEDIUM"
  })
  void findsKernelArgumentsThatOpenTheBoot(String arguments, Severity severity) {
    MemoryTree tree = new MemoryTree().file("boot/cmdline.txt", arguments + "\n");
    assertEquals(severity, only("boot-argument", tree).severity());
  }

  // Updates

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etc/opkg/customfeeds.conf | src/gz app http://feeds.maker.net/app | opkg-signature",
        "etc/apt/sources.list | deb [trusted=yes] http://a.net x main | apt-trusted",
        "etc/yum.repos.d/a.repo | gpgcheck=0 | yum-gpgcheck",
        "etc/rauc/system.conf | [system] | rauc-keyring",
        "etc/mender/mender.conf | \"ServerURL\": \"https://a.net\" | mender-key"
      })
  void findsUpdatersThatDoNotVerify(String path, String line, String check) {
    Issue issue = only("update-configuration", new MemoryTree().file(path, line + "\n"));
    assertEquals(check, issue.facts().get("check"));
  }

  @Test
  void acceptsUpdatersThatDoVerify() {
    MemoryTree tree =
        new MemoryTree()
            .file("etc/opkg.conf", "option check_signature\nsrc/gz app http://feeds.maker.net/a\n")
            .file("etc/rauc/system.conf", "[system]\n[keyring]\npath=/etc/k.pem\n")
            .file("etc/apt/sources.list", "deb http://deb.debian.org/debian x main\n");
    assertEquals(List.of(), by("update-configuration", tree));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "opt/up.sh | URL=http://fw.maker.net/firmware/latest | MEDIUM",
        "opt/up.conf | server = http://fw.maker.net/d/gw-2.0.swu | MEDIUM",
        "opt/up.sh | wget -O- http://a.maker.net/go ~ sh | HIGH",
        "opt/up.sh | curl -s https://a.maker.net/go ~ bash | MEDIUM",
        "opt/up.sh | wget http://a.maker.net/x -O /tmp/x && sysupgrade /tmp/x | HIGH",
        "opt/up.sh | apk add --allow-untrusted x.apk | HIGH"
      })
  void findsDownloadsInTheClear(String path, String line, Severity severity) {
    String text = line.replace('~', '|') + "\n";
    assertEquals(severity, only("update-download", new MemoryTree().file(path, text)).severity());
  }

  @ParameterizedTest
  @CsvSource({
    "URL=https://fw.maker.net/firmware/latest",
    "# see http://fw.maker.net/firmware/latest",
    "see http://www.gnu.org/firmware/x",
    "see http://fw.maker.net/about"
  })
  void leavesOtherAddressesAlone(String line) {
    assertEquals(List.of(), by("update-download", new MemoryTree().file("opt/up.sh", line + "\n")));
  }
}
