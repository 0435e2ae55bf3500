package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// How a test gets an image analysed, as any client would.
final class Firmware {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Firmware() {}

  /// A permission to upload.
  ///
  /// @param answer with the presigned request where size and digest were given
  record Prepared(String id, String url, Answer answer) {}

  static Prepared prepare(TestTenant tenant) {
    return prepare(tenant, Map.of());
  }

  /// @param more fields of the firmware's metadata
  static Prepared prepare(TestTenant tenant, Map<String, Object> more) {
    Map<String, Object> firmware = new HashMap<>(Map.of("name", "gateway", "version", "1.0"));
    firmware.putAll(more);
    Answer answer =
        Call.graphql(
                """
                mutation ($firmware: FirmwareUploadMetadataInput!, $group: ID!) {
                  createFirmwareUpload(input: {
                    firmware: $firmware
                    product: {name: "gateway", vendor: "Example"} productGroup: {id: $group}
                  }) {
                    ... on FirmwareUploadMetadata {
                      id uploadUrl presignedUpload { url method headers { name value } }
                    }
                  }
                }
                """,
                Map.of("firmware", firmware, "group", tenant.productGroup().toString()))
            .bearer(tenant.bearer())
            .send();
    String made = "data.createFirmwareUpload.";
    return new Prepared(answer.at(made + "id"), answer.at(made + "uploadUrl"), answer);
  }

  /// Uploads the parts as one form and gives the firmware's id.
  static String upload(TestTenant tenant, Map<String, byte[]> parts) {
    Answer answer = Call.upload(prepare(tenant).url(), parts).bearer(tenant.bearer()).send();
    assertEquals(200, answer.status(), answer::toString);
    return answer.at("firmware_id");
  }

  /// Waits for the end of the analysis and gives it.
  static Answer analysed(TestTenant tenant, String id) {
    Instant giveUp = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(giveUp)) {
      Answer answer =
          Call.graphql(
                  """
                  query ($id: ID!) {
                    firmware(id: $id) {
                      product { id } latestAnalysis { state result failure doneStages }
                    }
                  }
                  """,
                  Map.of("id", id))
              .bearer(tenant.bearer())
              .send();
      if (answer.at("data.firmware.latestAnalysis.state").equals("DONE")) {
        return answer;
      }
      pause();
    }
    throw new AssertionError("the analysis does not end: " + id);
  }

  static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// A gzip-compressed tar archive of small text files.
  static byte[] image(Map<String, String> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      for (Map.Entry<String, String> file : new LinkedHashMap<>(files).entrySet()) {
        byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
        // A name that ends in a slash is a directory.
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// A small root file system with an issue and one component.
  static byte[] rootFileSystem(String banner) {
    return image(
        Map.of(
            "etc/", "",
            "etc/passwd", "root::0:0:root:/root:/bin/sh\n",
            "etc/hostname", "gateway\n",
            "usr/lib/banner", "\0" + banner + "\0"));
  }

  /// An SBOM with one library.
  static byte[] sbom(String vendor, String name, String version) {
    return """
    {"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library",
    "name":"%2$s","version":"%3$s","cpe":"cpe:2.3:a:%1$s:%2$s:%3$s:*:*:*:*:*:*:*"}]}
    """
        .formatted(vendor, name, version)
        .getBytes(StandardCharsets.UTF_8);
  }
}
