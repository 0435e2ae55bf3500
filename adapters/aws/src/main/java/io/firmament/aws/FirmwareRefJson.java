package io.firmament.aws;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.FirmwareId;
import io.firmament.base.TenantId;
import io.firmament.platform.monitoring.FirmwareRef;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How it is written that a firmware is to be matched again: `{"tenant", "firmware"}`.
public final class FirmwareRefJson {
  private static final JsonType<Body> TYPE = Jsonb.builder().build().type(Body.class);

  private FirmwareRefJson() {}

  /// The message's members as text.
  @Json
  record Body(@Nullable String tenant, @Nullable String firmware) {}

  public static String write(FirmwareRef firmware) {
    return TYPE.toJson(new Body(firmware.tenant().toString(), firmware.firmware().toString()));
  }

  /// Empty for what is no such message.
  public static Optional<FirmwareRef> parse(String text) {
    try {
      Body body = TYPE.fromJson(text);
      if (body == null || body.tenant == null || body.firmware == null) {
        return Optional.empty();
      }
      String firmware = body.firmware;
      return TenantId.parse(body.tenant)
          .flatMap(tenant -> FirmwareId.parse(firmware).map(id -> new FirmwareRef(tenant, id)));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }
}
