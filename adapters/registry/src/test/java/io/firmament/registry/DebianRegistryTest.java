package io.firmament.registry;

import static io.firmament.registry.RegistryUnderTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.PageRequest;
import io.firmament.base.RegistryId;
import io.firmament.platform.registry.Digest;
import io.firmament.platform.registry.Image;
import io.firmament.platform.registry.Referrer;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryProblem;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A real registry: the reference implementation, as Debian packages it (`docker-registry`), where
/// it is on the path.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DebianRegistryTest {
  private static final String PROGRAM = "docker-registry";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private final HttpClient http = HttpClient.newHttpClient();
  private final RegistryUnderTest under = new RegistryUnderTest();
  private Process process;
  private String host;
  private RegistryId id;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(each -> Files.isExecutable(Path.of(each, PROGRAM))),
        "the program docker-registry of Debian's package of that name is not on the PATH");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    host = "127.0.0.1:" + port;
    Path configuration =
        Files.writeString(
            folder.resolve("config.yml"),
            """
            version: 0.1
            log: { level: error }
            storage: { filesystem: { rootdirectory: %s } }
            http: { addr: "%s" }
            """
                .formatted(folder.resolve("data"), host));
    process =
        new ProcessBuilder(PROGRAM, "serve", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    await();
    id = under.create(host, new Registries.Credentials("anonymous", null, null, null, null)).id();
  }

  private void await() throws Exception {
    for (int i = 0; i < 150; i++) {
      try {
        if (send("GET", "", "", new byte[0]).statusCode() == 200) {
          return;
        }
      } catch (ConnectException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("the registry does not answer");
  }

  @AfterAll
  void stop() {
    if (process != null) {
      process.destroy();
    }
    http.close();
  }

  @Test
  void isFoundAndListed() throws Exception {
    for (int i = 0; i < 120; i++) {
      image("many/tags", "1." + i, "linux", "amd64");
    }
    assertEquals(Optional.empty(), under.trouble(id));
    List<String> tags = under.tags(id, "many/tags");
    assertEquals(
        IntStream.range(0, 50).mapToObj(n -> "1." + (119 - n)).toList(), tags, "a page of ours");
    List<String> repositories =
        under
            .registries
            .repositories(under.caller.tenant(), id, PageRequest.first())
            .orElseThrow()
            .page()
            .items();
    assertTrue(repositories.contains("many/tags"), repositories::toString);
    refused(RegistryProblem.REPOSITORY_NOT_FOUND, () -> under.tags(id, "no/such"));
    refused(RegistryProblem.IMAGE_NOT_FOUND, () -> under.image(id, "many/tags", "2"));
  }

  @Test
  void pinsAnIndexWithItsPlatformsAndItsSbomByTheTagSchema() throws Exception {
    String arm = image("multi/app", "arm", "linux", "arm64");
    String amd = image("multi/app", "amd", "linux", "amd64");
    String json =
        """
        {"schemaVersion":2,"mediaType":"%1$s","manifests":[
         {"mediaType":"%2$s","digest":"%3$s","size":%4$d,"platform":{"os":"linux","architecture":"arm64"}},
         {"mediaType":"%2$s","digest":"%5$s","size":%6$d,"platform":{"os":"linux","architecture":"amd64"}}]}
        """
            .formatted(INDEX, MANIFEST, digest(arm), arm.length(), digest(amd), amd.length());
    put("multi/app/manifests/1.0", INDEX, json);
    byte[] sbom = "{\"bomFormat\":\"CycloneDX\"}".getBytes(StandardCharsets.UTF_8);
    String attached =
        """
        {"schemaVersion":2,"mediaType":"%s",
         "config":{"mediaType":"application/vnd.cyclonedx+json","digest":"%s","size":%d},
         "layers":[{"mediaType":"application/vnd.cyclonedx+json","digest":"%s","size":%d}]}
        """
            .formatted(
                MANIFEST,
                blob("multi/app", "{}".getBytes(StandardCharsets.UTF_8)),
                2,
                blob("multi/app", sbom),
                sbom.length);
    put("multi/app/manifests/sbom", MANIFEST, attached);
    put(
        "multi/app/manifests/" + digest(json).toString().replace(':', '-'),
        INDEX,
        """
        {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d,
         "artifactType":"application/vnd.cyclonedx+json"}]}
        """
            .formatted(INDEX, MANIFEST, digest(attached), attached.length()));
    Image image = under.image(id, "multi/app", "1.0");
    assertEquals(digest(json), image.digest());
    assertEquals(
        List.of("linux/arm64", "linux/amd64"),
        image.platforms().stream().map(each -> each.platform().toString()).toList());
    assertTrue(image.platforms().stream().allMatch(each -> each.size().orElse(0) > 100));
    assertEquals(
        List.of(Referrer.Source.TAG), image.referrers().stream().map(Referrer::source).toList());
    List<Registries.Imported> imported =
        under.registries.importImages(
            under.caller,
            id,
            new Registries.Wish("multi/app", List.of("1.0"), null, null, List.of()));
    assertTrue(imported.getFirst().problem().isEmpty());
    assertArrayEquals(
        sbom,
        under.published.getFirst().image().isIndex()
            ? under.published.getFirst().sbom().orElseThrow().content()
            : new byte[0]);
  }

  private static Digest digest(String content) {
    return Digest.of(content.getBytes(StandardCharsets.UTF_8));
  }

  /// Pushes an image and gives its manifest.
  private String image(String repository, String tag, String os, String architecture)
      throws Exception {
    byte[] config =
        "{\"os\":\"%s\",\"architecture\":\"%s\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
            .formatted(os, architecture)
            .getBytes(StandardCharsets.UTF_8);
    byte[] layer =
        ("a layer for " + architecture + " ".repeat(100)).getBytes(StandardCharsets.UTF_8);
    String json =
        """
        {"schemaVersion":2,"mediaType":"%s",
         "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},
         "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}],
         "annotations":{"tag":"%s"}}
        """
            .formatted(
                MANIFEST,
                blob(repository, config),
                config.length,
                blob(repository, layer),
                layer.length,
                tag);
    put(repository + "/manifests/" + tag, MANIFEST, json);
    return json;
  }

  private Digest blob(String repository, byte[] content) throws Exception {
    Digest digest = Digest.of(content);
    if (send("HEAD", repository + "/blobs/" + digest, "", new byte[0]).statusCode() == 200) {
      return digest;
    }
    HttpResponse<byte[]> begun = send("POST", repository + "/blobs/uploads/", "", new byte[0]);
    URI place =
        URI.create("http://" + host).resolve(begun.headers().firstValue("location").orElseThrow());
    HttpResponse<byte[]> done =
        http.send(
            HttpRequest.newBuilder(URI.create(place + "&digest=" + digest))
                .header("content-type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(201, done.statusCode());
    return digest;
  }

  private void put(String path, String mediaType, String json) throws Exception {
    HttpResponse<byte[]> answer =
        send("PUT", path, mediaType, json.getBytes(StandardCharsets.UTF_8));
    assertEquals(201, answer.statusCode(), () -> new String(answer.body(), StandardCharsets.UTF_8));
  }

  private HttpResponse<byte[]> send(String method, String path, String mediaType, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + host + "/v2/" + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (!mediaType.isEmpty()) {
      request.header("content-type", mediaType);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
