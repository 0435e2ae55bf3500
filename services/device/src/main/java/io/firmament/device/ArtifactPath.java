package io.firmament.device;

import io.firmament.base.TenantId;
import io.firmament.platform.fleet.FleetName;
import io.firmament.tuf.DeviceAssignment;
import io.firmament.tuf.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where in the bucket the file is that a device asks for.
///
/// Tenant and fleet are those of the device's certificate: a path of another fleet is no path, and
/// another tenant's cannot even be written.
///
/// @param key of the bucket
/// @param immutable whether the name stands for one content forever
record ArtifactPath(String key, boolean immutable) {
  private static final int MAX_PATH = 1_024;
  private static final int TARGET_SEGMENTS = 5;
  private static final String METADATA = "/metadata/";
  private static final String TARGETS = "/targets/";

  /// File names of metadata as clients ask for them; a role's name is encoded in them, and so in
  /// the bucket.
  private static final Pattern METADATA_FILE =
      Pattern.compile("([1-9]\\d{0,17}\\.)?[A-Za-z0-9_~%-][A-Za-z0-9._~%-]{0,250}\\.json");

  private static final Pattern VERSIONED = Pattern.compile("[1-9]\\d{0,17}\\..+");

  /// A part of a target path, as they are published.
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,255}");

  /// Consistent snapshots name a target by its hash (TUF 6.2).
  private static final Pattern HASHED = Pattern.compile("[0-9a-f]{64}\\..+");

  /// @param path of the URL, not decoded
  /// @return empty for whatever is not there for this device
  static Optional<ArtifactPath> of(String path, TenantId tenant, FleetName fleet) {
    if (path.length() > MAX_PATH) {
      return Optional.empty();
    }
    String root = "t/" + tenant;
    if (path.startsWith(METADATA)) {
      String name = path.substring(METADATA.length());
      return METADATA_FILE.matcher(name).matches()
          ? Optional.of(new ArtifactPath(root + METADATA + name, VERSIONED.matcher(name).matches()))
          : Optional.empty();
    }
    if (path.startsWith(TARGETS)) {
      return target(path.substring(TARGETS.length()), fleet)
          .map(key -> new ArtifactPath(root + TARGETS + key, true));
    }
    return Optional.empty();
  }

  /// The file that an assignment is about; empty where it is not the fleet's.
  static Optional<ArtifactPath> of(DeviceAssignment assignment, TenantId tenant, FleetName fleet) {
    String path = assignment.path();
    int name = path.lastIndexOf('/') + 1;
    return Optional.ofNullable(assignment.target().hashes().byAlgorithm().get(Hashes.SHA256))
        .flatMap(
            sha256 ->
                of(
                    TARGETS + path.substring(0, name) + sha256 + "." + path.substring(name),
                    tenant,
                    fleet))
        // What the device asks for by the artifact's name is another file after the next rollout.
        .map(file -> new ArtifactPath(file.key(), false));
  }

  private static Optional<String> target(String path, FleetName fleet) {
    List<String> segments = new ArrayList<>();
    for (String raw : path.split("/", -1)) {
      Optional<String> segment = decode(raw).filter(text -> SEGMENT.matcher(text).matches());
      if (segment.isEmpty()) {
        return Optional.empty();
      }
      segments.add(segment.get());
    }
    boolean ours =
        segments.size() == TARGET_SEGMENTS
            && segments.get(0).equals("fleets")
            && segments.get(1).equals(fleet.value())
            && HASHED.matcher(segments.getLast()).matches();
    return ours ? Optional.of(String.join("/", segments)) : Optional.empty();
  }

  /// Percent-encoding undone once (RFC 3986 2.1); empty where it is broken.
  private static Optional<String> decode(String raw) {
    if (raw.indexOf('%') < 0) {
      return Optional.of(raw);
    }
    ByteBuffer bytes = ByteBuffer.allocate(raw.length());
    try {
      for (int i = 0; i < raw.length(); i++) {
        char c = raw.charAt(i);
        if (c == '%') {
          bytes.put((byte) HexFormat.fromHexDigits(raw, i + 1, i + 3));
          i += 2;
        } else if (c < 0x80) {
          bytes.put((byte) c);
        } else {
          return Optional.empty();
        }
      }
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (IllegalArgumentException | IndexOutOfBoundsException | CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
