package io.firmament.platform.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.schema.Contract;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RoleTest {
  @Test
  void holdsWhatTheContractSays() {
    Map<String, Set<String>> contract = new TreeMap<>();
    for (Contract.PermissionEntry entry : Contract.permissions()) {
      contract.put(entry.id(), new TreeSet<>(entry.roles()));
    }
    Map<String, Set<String>> code = new TreeMap<>();
    for (Permission permission : Permission.values()) {
      code.put(
          permission.id(),
          Arrays.stream(Role.values())
              .filter(role -> role.permissions().contains(permission))
              .map(Role::id)
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    assertEquals(contract, code);
  }

  @Test
  void givesPermissionsTheScopeOfTheContract() {
    for (Contract.PermissionEntry entry : Contract.permissions()) {
      Permission permission = Permission.find(entry.id()).orElseThrow();
      String scope =
          switch (permission.scope()) {
            case TENANT -> "tenant";
            case PRODUCT_GROUP -> "product-group";
          };
      assertEquals(entry.scope(), scope, entry.id());
    }
  }
}
