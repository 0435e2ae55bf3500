package io.firmament.rest.trust;

import io.firmament.edge.HttpResponse;
import io.firmament.platform.trust.Ceremonies;
import io.firmament.platform.trust.TrustCenter;
import io.firmament.tuf.Json;
import io.firmament.tuf.TufKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Ceremonies and the trust centre as they are answered. Documents go out member by member as they
/// are stored, since signatures are over them.
final class TrustBodies {
  private TrustBodies() {}

  static HttpResponse json(Json.Obj body) {
    return HttpResponse.json(200, new String(body.toBytes(), StandardCharsets.UTF_8));
  }

  static Json.Obj of(Ceremonies.Progress progress) {
    List<Json> documents = new ArrayList<>();
    progress.documents().forEach(document -> documents.add(of(document)));
    Json.Obj json =
        Json.Obj.EMPTY.with("begun", progress.begun()).with("documents", new Json.Arr(documents));
    if (!progress.notes().isEmpty()) {
      json = json.with("notes", Json.Arr.ofTexts(progress.notes()));
    }
    if (progress.keyIds().isEmpty()) {
      return json;
    }
    Json.Obj keyIds = Json.Obj.EMPTY;
    for (var entry : progress.keyIds().entrySet()) {
      keyIds = keyIds.with(entry.getKey(), entry.getValue());
    }
    return json.with("online_keys", keyIds);
  }

  private static Json.Obj of(Ceremonies.Document document) {
    return Json.Obj.EMPTY
        .with("role", document.role())
        .with("version", document.version())
        .with("expires_at", document.expires().toString())
        .with("digest", document.digest())
        .with("document", document.document())
        .with("signers", Json.Arr.ofTexts(document.signers()))
        .with("missing", Json.Arr.ofTexts(document.missing()))
        .with("published", document.published());
  }

  static Json.Obj of(TrustCenter.Report report) {
    List<Json> roles = new ArrayList<>();
    report.roles().forEach(role -> roles.add(of(role)));
    return Json.Obj.EMPTY
        .with("begun", report.begun())
        .with("fleets", report.fleets())
        .with("roles", new Json.Arr(roles));
  }

  private static Json.Obj of(TrustCenter.RoleReport role) {
    List<Json> keys = new ArrayList<>();
    role.keys().forEach(key -> keys.add(of(key)));
    Json.Obj json =
        Json.Obj.EMPTY
            .with("role", role.role())
            .with("custody", role.custody().name().toLowerCase(Locale.ROOT))
            .with("threshold", role.threshold())
            .with("keys", new Json.Arr(keys));
    return role.metadata().map(life -> with(json, life)).orElse(json);
  }

  private static Json.Obj with(Json.Obj json, TrustCenter.Life life) {
    return json.with("version", life.version())
        .with("issued_at", life.issuedAt().toString())
        .with("expires_at", life.expires().toString())
        .with("days_left", life.daysLeft())
        .with("due", life.due())
        .with("overdue", life.overdue());
  }

  private static Json.Obj of(TufKey key) {
    String material =
        key.json().get("keyval") instanceof Json.Obj keyval
                && keyval.get("public") instanceof Json.Text(String text)
            ? text
            : "";
    return Json.Obj.EMPTY
        .with("id", key.id())
        .with("scheme", key.scheme())
        .with("public", material);
  }
}
