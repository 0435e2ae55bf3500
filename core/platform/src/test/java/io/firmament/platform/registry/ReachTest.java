package io.firmament.platform.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "192.0.0.192",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::169.254.169.254"
      })
  void callsNoMetadataServiceHoweverFarItReaches(String address) {
    for (Reach reach : Reach.values()) {
      assertTrue(
          reach.objection(InetAddress.ofLiteral(address)).isPresent(), reach + " " + address);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.8",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "64:ff9b::a00:1"
      })
  void callsPrivateNetworksWhereItIsAllowed(String address) {
    InetAddress found = InetAddress.ofLiteral(address);
    assertTrue(Reach.PUBLIC.objection(found).isPresent());
    assertFalse(Reach.PRIVATE.objection(found).isPresent());
    assertFalse(Reach.LOCAL.objection(found).isPresent());
    assertFalse(Reach.LOCAL.plain(found));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
  void callsItsOwnMachineForDevelopmentAlone(String address) {
    InetAddress found = InetAddress.ofLiteral(address);
    assertTrue(Reach.PUBLIC.objection(found).isPresent());
    assertTrue(Reach.PRIVATE.objection(found).isPresent());
    assertFalse(Reach.LOCAL.objection(found).isPresent());
    assertTrue(Reach.LOCAL.plain(found));
    assertFalse(Reach.PRIVATE.plain(found));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:2800::1"})
  void callsTheInternet(String address) {
    for (Reach reach : Reach.values()) {
      assertFalse(reach.objection(InetAddress.ofLiteral(address)).isPresent(), reach.name());
    }
  }

  @Test
  void isNamedInLowerCase() {
    assertEquals(Reach.PRIVATE, Reach.named("private"));
  }
}
