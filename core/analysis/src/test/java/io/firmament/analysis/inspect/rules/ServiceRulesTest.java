package io.firmament.analysis.inspect.rules;

import static io.firmament.analysis.inspect.Inspected.by;
import static io.firmament.analysis.inspect.Inspected.only;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.analysis.tree.MemoryTree;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServiceRulesTest {
  @ParameterizedTest
  @CsvSource({
    "etc/init.d/S50dropbear, dropbear -R, dropbear, INFORMATIONAL",
    "etc/init.d/rcS, /usr/sbin/snmpd -c /etc/snmpd.conf &, snmpd, LOW",
    "etc/inittab, ::respawn:/usr/sbin/mosquitto -c /etc/m.conf, mosquitto, INFORMATIONAL",
    "etc/sv/web/run, exec lighttpd -D -f /etc/l.conf, lighttpd, INFORMATIONAL",
    "etc/rc.local, adbd &, adbd, HIGH",
    "etc/systemd/system/multi-user.target.wants/s.service, ExecStart=/usr/sbin/sshd -D, sshd,"
        + " INFORMATIONAL"
  })
  void listsTheServersThatStart(String path, String line, String service, Severity severity) {
    Issue issue = only("network-service", new MemoryTree().file(path, line + "\n"));
    assertEquals(service, issue.facts().get("service"));
    assertEquals(severity, issue.severity());
  }

  @Test
  void doesNotListAServerThatIsOnlyThere() {
    MemoryTree tree =
        new MemoryTree()
            .file("usr/sbin/sshd", "x")
            .file("etc/init.d/ssh", "/usr/sbin/sshd\n")
            .file("etc/init.d/rcS", "killall sshd\n# sshd\n");
    assertEquals(List.of(), by("network-service", tree));
  }

  @Test
  void findsAConsoleThatLogsRootInByItself() {
    String unit = "ExecStart=-/sbin/agetty --autologin root -8 ttyS0\n";
    MemoryTree tree =
        new MemoryTree().file("etc/systemd/system/getty.target.wants/serial.service", unit);
    assertEquals("shell", only("insecure-service", tree).facts().get("service"));
    MemoryTree login =
        new MemoryTree()
            .file(
                "etc/systemd/system/getty.target.wants/serial.service",
                "ExecStart=/sbin/agetty ttyS0\n");
    assertEquals(List.of(), by("insecure-service", login));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ssh-configuration | etc/ssh/sshd_config | PermitEmptyPasswords yes | empty-passwords",
        "ssh-configuration | etc/ssh/sshd_config | PermitRootLogin yes | root-login",
        "ssh-configuration | etc/ssh/sshd_config | Protocol 2,1 | protocol-1",
        "ssh-configuration | etc/ssh/sshd_config | Ciphers aes256-ctr,3des-cbc | weak-ciphers",
        "ssh-configuration | etc/ssh/sshd_config.d/a.conf | PasswordAuthentication yes | password",
        "ssh-configuration | etc/config/dropbear | option RootPasswordAuth 'on' |"
            + " dropbear-root-password",
        "ssh-configuration | etc/init.d/dropbear | dropbear -p 22 -B | dropbear-blank",
        "web-server-configuration | etc/lighttpd/lighttpd.conf | ssl.use-sslv3 = \"enable\" |"
            + " lighttpd-ssl3",
        "web-server-configuration | etc/lighttpd/lighttpd.conf | server.username = \"root\" |"
            + " lighttpd-root",
        "web-server-configuration | etc/nginx/nginx.conf | ssl_protocols TLSv1 TLSv1.2; |"
            + " nginx-tls1",
        "web-server-configuration | etc/nginx/sites-enabled/a | autoindex on; | nginx-listing",
        "web-server-configuration | etc/nginx/nginx.conf | ssl_ciphers HIGH:RC4:!aNULL; |"
            + " nginx-ciphers",
        "web-server-configuration | etc/apache2/apache2.conf | SSLProtocol all +SSLv3 |"
            + " apache-ssl3",
        "web-server-configuration | etc/config/uhttpd | list listen_http '0.0.0.0:80' |"
            + " uhttpd-plain",
        "web-server-configuration | etc/boa/boa.conf | User 0 | small-root",
        "mqtt-configuration | etc/mosquitto/mosquitto.conf | allow_anonymous true | anonymous",
        "mqtt-configuration | etc/mosquitto/mosquitto.conf | listener 1883 | plain",
        "mqtt-configuration | etc/mosquitto/conf.d/b.conf | bridge_insecure true | bridge-insecure",
        "management-configuration | etc/snmp/snmpd.conf | rwcommunity hidden | snmp-write",
        "management-configuration | etc/snmp/snmpd.conf | rocommunity public | snmp-public",
        "management-configuration | etc/miniupnpd.conf | secure_mode=no | upnp-not-secure",
        "management-configuration | etc/config/upnpd | option enabled '1' | openwrt-upnp",
        "management-configuration | etc/config/easycwmp | option url 'http://acs.maker.net' |"
            + " cwmp-plain",
        "file-service-configuration | etc/vsftpd.conf | anonymous_enable=YES | ftp-anonymous",
        "file-service-configuration | etc/samba/smb.conf | server min protocol = NT1 | smb1",
        "file-service-configuration | etc/exports | /data *(rw,sync) | nfs-everyone",
        "file-service-configuration | etc/exports | /data 10.0.0.2(ro,no_root_squash) | nfs-root",
        "file-service-configuration | etc/rsyncd.conf | read only = no | rsync-write",
        "file-service-configuration | etc/sudoers | app ALL=(ALL) NOPASSWD: ALL | sudo-everything"
      })
  void findsDangerousSettings(String rule, String path, String line, String check) {
    Issue issue = only(rule, new MemoryTree().file(path, "x = 1\n" + line + "\n"));
    assertEquals(check, issue.facts().get("check"));
    assertEquals(List.of(), by(rule, new MemoryTree().file(path, "# " + line + "\n")));
    assertEquals(List.of(), by(rule, new MemoryTree().file("usr/share/doc/" + path, line)));
    assertEquals(List.of(), by(rule, new MemoryTree().file("opt/other", line)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ssh-configuration | etc/ssh/sshd_config | PermitRootLogin prohibit-password",
        "ssh-configuration | etc/ssh/sshd_config | Ciphers -3des-cbc",
        "web-server-configuration | etc/nginx/nginx.conf | ssl_protocols TLSv1.2 TLSv1.3;",
        "web-server-configuration | etc/nginx/nginx.conf | ssl_ciphers HIGH:!RC4:!aNULL:!MD5;",
        "web-server-configuration | etc/apache2/mods-available/ssl.conf | SSLProtocol all +SSLv3",
        "web-server-configuration | etc/config/uhttpd | list listen_http '127.0.0.1:80'",
        "mqtt-configuration | etc/mosquitto/mosquitto.conf | listener 1883 127.0.0.1",
        "mqtt-configuration | etc/mosquitto/mosquitto.conf | listener 8883",
        "management-configuration | etc/snmp/snmpd.conf | rocommunity public 127.0.0.1",
        "management-configuration | etc/config/easycwmp | option url 'https://acs.maker.net'",
        "file-service-configuration | etc/exports | /data 10.0.0.2(ro,sync)",
        "file-service-configuration | etc/sudoers | %sudo ALL=(ALL:ALL) ALL",
        "file-service-configuration | etc/sudoers | app ALL=(root) NOPASSWD: /sbin/reboot"
      })
  void leavesSoundSettingsAlone(String rule, String path, String line) {
    assertEquals(List.of(), by(rule, new MemoryTree().file(path, line + "\n")));
  }

  @Test
  void takesAnotherLineAsAnExcuse() {
    MemoryTree tls =
        new MemoryTree()
            .file("etc/mosquitto/mosquitto.conf", "listener 1883\ncertfile /etc/m.crt\n")
            .file("etc/rsyncd.conf", "read only = no\nauth users = app\n");
    assertEquals(List.of(), by("mqtt-configuration", tls));
    assertEquals(List.of(), by("file-service-configuration", tls));
  }
}
