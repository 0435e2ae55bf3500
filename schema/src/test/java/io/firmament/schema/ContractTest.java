package io.firmament.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContractTest {
  @Test
  void readsWhatTheCompilerWrote() {
    Route route = Contract.route("downloadSbom");
    assertEquals("/api/firmwares/{id}/sbom", route.pathTemplate());
    assertEquals(Optional.of("firmware.view"), route.permission());
    assertEquals(Route.Placement.TRANSFER_OR_LAMBDA, route.placement());
    assertEquals(
        List.of(
            Grant.IDENTITY_READ,
            Grant.FIRMWARE_READ,
            Grant.DOCUMENTS_READ,
            Grant.TENANT_TOKEN_PUBLIC),
        route.grants());
    assertEquals(route, Route.parse(route.line()));
  }

  @Test
  void givesAnOperationWithoutAuthenticationNothingButWhatItNames() {
    assertEquals(List.of(), Contract.route("getVersion").grants());
    assertEquals(List.of(Grant.ID_TOKEN_PUBLIC), Contract.route("idTokenPublicKey").grants());
  }

  @Test
  void bundlesOneDocumentWithLocalReferencesOnly() {
    String openapi = Contract.openapi();
    assertTrue(openapi.contains("\"$ref\":\"#/components/responses/Refused\""));
    assertFalse(openapi.contains(".yaml#"));
    for (Route route : Contract.routes()) {
      assertTrue(openapi.contains("\"operationId\":\"" + route.operationId() + "\""));
    }
  }
}
