package io.firmament.aws;

import io.avaje.json.JsonException;
import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.StageMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a stage message is written: `{"tenant", "firmware", "analysis", "stage"}`.
public final class StageMessageJson {
  private static final JsonType<Body> TYPE = Jsonb.builder().build().type(Body.class);

  private StageMessageJson() {}

  /// The message's members as text.
  @Json
  record Body(
      @Nullable String tenant,
      @Nullable String firmware,
      @Nullable String analysis,
      @Nullable String stage) {}

  public static String write(StageMessage message) {
    AnalysisKey key = message.key();
    return TYPE.toJson(
        new Body(
            key.tenant().toString(),
            key.firmware().toString(),
            key.analysis().toString(),
            message.stage().id()));
  }

  /// Empty for what is no stage message.
  public static Optional<StageMessage> parse(String text) {
    try {
      Body body = TYPE.fromJson(text);
      if (body == null
          || body.tenant == null
          || body.firmware == null
          || body.analysis == null
          || body.stage == null) {
        return Optional.empty();
      }
      return message(body.tenant, body.firmware, body.analysis, body.stage);
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static Optional<StageMessage> message(
      String tenant, String firmware, String analysis, String stage) {
    Optional<AnalysisKey> key =
        TenantId.parse(tenant)
            .flatMap(
                t ->
                    FirmwareId.parse(firmware)
                        .flatMap(
                            f -> AnalysisId.parse(analysis).map(a -> new AnalysisKey(t, f, a))));
    for (Stage candidate : Stage.values()) {
      if (candidate.id().equals(stage)) {
        return key.map(k -> new StageMessage(k, candidate));
      }
    }
    return Optional.empty();
  }
}
