package io.firmament.verify;

import io.firmament.schema.Route;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/// A well-formed request for any route of the contract, about things that do not exist.
final class Routes {
  private Routes() {}

  static Call request(Route route) {
    String path =
        route
            .pathTemplate()
            .replace("{name}", "no-such-device")
            .replace("{path+}", "etc/passwd")
            .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
    if (route.operationId().equals("uploadFirmware")) {
      return Call.upload(path, Map.of("firmware", "image".getBytes(StandardCharsets.UTF_8)));
    }
    return route.method().equals("POST")
        ? Call.json("POST", path, "{}")
        : Call.of(route.method(), path);
  }
}
