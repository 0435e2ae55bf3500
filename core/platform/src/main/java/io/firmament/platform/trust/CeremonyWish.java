package io.firmament.platform.trust;

import io.firmament.base.BaseProblem;
import io.firmament.base.ProblemException;
import io.firmament.platform.fleet.FleetName;
import io.firmament.tuf.Json;
import io.firmament.tuf.JsonReader;
import io.firmament.tuf.RoleName;
import io.firmament.tuf.Root;
import io.firmament.tuf.TufException;
import io.firmament.tuf.TufKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a ceremony is to prepare.
///
/// @param root the offline keys of root, and how many of them must sign; empty to keep those of the
///     published root
/// @param targets the same of the top-level targets
/// @param documents `root`, `targets`, both or neither: what is to be signed
/// @param fleets fleets that are to get a key
/// @param rotate roles that are to get another key, with the id of the one that is trusted now
/// @param replace whether to give up an open ceremony that has signatures
public record CeremonyWish(
    Optional<Root.Assignment> root,
    Optional<Root.Assignment> targets,
    Set<String> documents,
    List<FleetName> fleets,
    Map<OnlineRole, String> rotate,
    boolean replace) {
  static final int MAX_KEYS = 16;
  static final int MAX_FLEETS = 20;

  /// The fleets, freshness, publisher and director.
  static final int MAX_ROTATED = MAX_FLEETS + 3;

  /// As long as a key id in metadata can be.
  private static final int MAX_KEY_ID = 128;

  /// More than the largest RSA key takes.
  private static final int MAX_KEY_BYTES = 4096;

  public CeremonyWish {
    documents = Set.copyOf(documents);
    fleets = List.copyOf(fleets);
    rotate = Collections.unmodifiableMap(new LinkedHashMap<>(rotate));
  }

  /// Reads the body of a request; nothing at all is the empty object.
  ///
  /// @throws ProblemException that names the place of a bad field
  public static CeremonyWish read(byte[] body) {
    Json.Obj json = object(body);
    Set<String> documents = documents(json);
    return new CeremonyWish(
        assignment(json, RoleName.ROOT),
        assignment(json, RoleName.TARGETS),
        documents,
        fleets(json),
        rotate(json, documents),
        switch (json.get("replace")) {
          case null -> false;
          case Json.Bool(boolean replace) -> replace;
          default -> throw wrong("replace", "must be true or false");
        });
  }

  /// The strictly read JSON of a body, as everything must be that signatures are about.
  static Json.Obj object(byte[] body) {
    if (body.length == 0) {
      return Json.Obj.EMPTY;
    }
    try {
      return JsonReader.readObject(body);
    } catch (TufException e) {
      throw BaseProblem.MALFORMED_REQUEST.with("detail", String.valueOf(e.getMessage()));
    }
  }

  private static Optional<Root.Assignment> assignment(Json.Obj json, String role) {
    Json value = json.get(role);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof Json.Obj assignment)) {
      throw wrong(role, "must be an object with keys and threshold");
    }
    List<TufKey> keys = new ArrayList<>();
    Set<String> identities = new HashSet<>();
    for (Json element : elements(assignment.get("keys"), role + ".keys", MAX_KEYS)) {
      String place = role + ".keys[" + keys.size() + "]";
      TufKey key = key(element, place);
      if (!identities.add(key.identity().orElseThrow())) {
        throw wrong(place, "is there twice; a key counts once");
      }
      keys.add(key);
    }
    if (keys.isEmpty()) {
      throw wrong(role + ".keys", "must have at least one key");
    }
    if (!(assignment.get("threshold") instanceof Json.Int(long threshold))
        || threshold < 1
        || threshold > keys.size()) {
      throw wrong(role + ".threshold", "must be a number from 1 to the " + keys.size() + " keys");
    }
    return Optional.of(new Root.Assignment(keys, (int) threshold));
  }

  private static TufKey key(Json element, String place) {
    if (!(element instanceof Json.Obj json) || json.toBytes().length > MAX_KEY_BYTES) {
      throw wrong(place, "must be a key as `tuf-ceremony key` prints it");
    }
    try {
      TufKey key = TufKey.read(json);
      if (key.identity().isEmpty()) {
        throw wrong(place, "is no Ed25519, P-256 or RSA key that can verify anything");
      }
      return key;
    } catch (TufException e) {
      throw wrong(place, e.getMessage());
    }
  }

  private static Set<String> documents(Json.Obj json) {
    if (json.get("documents") == null) {
      return Set.of(RoleName.ROOT, RoleName.TARGETS);
    }
    Set<String> documents = new LinkedHashSet<>();
    for (Json element : elements(json.get("documents"), "documents", 2)) {
      if (!(element instanceof Json.Text(String name))
          || !(name.equals(RoleName.ROOT) || name.equals(RoleName.TARGETS))) {
        throw wrong("documents", "are root and targets");
      }
      documents.add(name);
    }
    return documents;
  }

  private static List<FleetName> fleets(Json.Obj json) {
    List<FleetName> fleets = new ArrayList<>();
    if (json.get("fleets") != null) {
      for (Json element : elements(json.get("fleets"), "fleets", MAX_FLEETS)) {
        if (!(element instanceof Json.Text(String name))) {
          throw wrong("fleets", "are names");
        }
        fleets.add(new FleetName(name));
      }
    }
    return fleets;
  }

  private static Map<OnlineRole, String> rotate(Json.Obj json, Set<String> documents) {
    Map<OnlineRole, String> rotate = new LinkedHashMap<>();
    if (json.get("rotate") == null) {
      return rotate;
    }
    if (!(json.get("rotate") instanceof Json.Obj roles)) {
      throw wrong("rotate", "must be an object with the id of the trusted key by role");
    }
    if (roles.members().size() > MAX_ROTATED) {
      throw wrong("rotate", "has more than " + MAX_ROTATED + " entries");
    }
    for (Map.Entry<String, Json> entry : roles.members().entrySet()) {
      OnlineRole role = rotated(entry.getKey());
      Optional<String> document = role.document();
      if (document.isPresent() && !documents.contains(document.get())) {
        throw wrong("documents", "must have " + document.get() + ", which names " + role);
      }
      if (!(entry.getValue() instanceof Json.Text(String keyId)) || keyId.length() > MAX_KEY_ID) {
        throw wrong("rotate." + role, "must be the id of the key that is trusted now");
      }
      rotate.put(role, keyId);
    }
    return rotate;
  }

  private static OnlineRole rotated(String name) {
    OnlineRole role =
        OnlineRole.of(name)
            .orElseThrow(
                () ->
                    wrong("rotate", "is of freshness, publisher, director, or fleet- and a name"));
    if (role.slots() == 1) {
      throw wrong("rotate", "cannot have " + role + ", whose key devices pin");
    }
    return role;
  }

  private static List<Json> elements(@Nullable Json value, String field, int most) {
    if (!(value instanceof Json.Arr array)) {
      throw wrong(field, "must be an array");
    }
    if (array.elements().size() > most) {
      throw wrong(field, "has more than " + most + " entries");
    }
    return array.elements();
  }

  static ProblemException wrong(String field, @Nullable String detail) {
    return BaseProblem.INVALID_FIELD.with("field", field, "detail", String.valueOf(detail));
  }
}
