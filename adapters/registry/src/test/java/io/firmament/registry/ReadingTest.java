package io.firmament.registry;

import static io.firmament.registry.RegistryUnderTest.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.BaseProblem;
import io.firmament.base.Cursor;
import io.firmament.base.PageRequest;
import io.firmament.base.ProblemException;
import io.firmament.base.RegistryId;
import io.firmament.platform.registry.Digest;
import io.firmament.platform.registry.Image;
import io.firmament.platform.registry.ImageReference;
import io.firmament.platform.registry.Referrer;
import io.firmament.platform.registry.Registries;
import io.firmament.platform.registry.RegistryProblem;
import io.firmament.platform.registry.Sbom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Lists, images, referrers and imports, and registries that misbehave.
class ReadingTest {
  private static final String REPOSITORY = "team/app";
  private static final String TAGS = "/v2/team/app/tags/list";
  private static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  private static final byte[] SBOM =
      "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}".getBytes(StandardCharsets.UTF_8);

  private final FakeRegistry fake = FakeRegistry.start();
  private final FakeRegistry elsewhere = FakeRegistry.start();
  private final RegistryUnderTest under = new RegistryUnderTest();

  @AfterEach
  void end() {
    fake.close();
    elsewhere.close();
  }

  // ---- lists

  @Test
  void goesThroughTheRegistrysPagesAndPutsTheNewestLikelyFirst() {
    fake.withPages(2).tag(REPOSITORY, List.of("1.9", "1.10", "latest", "1.10-rc.1", "dev", "2.0"));
    RegistryId id = under.anonymous(fake);
    assertEquals(
        List.of("latest", "2.0", "1.10", "1.10-rc.1", "1.9", "dev"), under.tags(id, REPOSITORY));
    assertEquals(3, fake.seen().size());
  }

  @Test
  void pagesTagsOfItsOwn() {
    fake.tag(REPOSITORY, IntStream.range(0, 25).mapToObj(String::valueOf).toList());
    RegistryId id = under.anonymous(fake);
    List<String> all = new ArrayList<>();
    PageRequest request = new PageRequest(10, Optional.empty());
    for (int pages = 1; ; pages++) {
      Registries.Names names =
          under.registries.tags(under.caller.tenant(), id, REPOSITORY, request);
      assertEquals(25, names.total());
      assertFalse(names.clipped());
      all.addAll(names.page().items());
      if (names.page().next().isEmpty()) {
        assertEquals(3, pages);
        break;
      }
      request = request.after(names.page().next().get());
    }
    assertEquals(IntStream.range(0, 25).mapToObj(n -> String.valueOf(24 - n)).toList(), all);
    assertEquals(1, fake.seen().size(), "one reading serves the pages");
    PageRequest offset = new PageRequest(10, Optional.empty(), 20);
    assertEquals(
        List.of("4", "3", "2", "1", "0"),
        under.registries.tags(under.caller.tenant(), id, REPOSITORY, offset).page().items());
    PageRequest foreign = new PageRequest(10, Optional.of(new Cursor("%%%")));
    refused(
        BaseProblem.INVALID_CURSOR,
        () -> under.registries.tags(under.caller.tenant(), id, REPOSITORY, foreign));
  }

  @Test
  void saysThatAVeryLargeRepositoryWasClipped() {
    fake.tag(REPOSITORY, IntStream.range(0, 12_000).mapToObj(n -> "t" + (10_000 + n)).toList());
    RegistryId id = under.anonymous(fake);
    Registries.Names names =
        under.registries.tags(under.caller.tenant(), id, REPOSITORY, PageRequest.first());
    assertTrue(names.clipped());
    assertEquals(10_000, names.total());
  }

  @Test
  void followsNoLinkToAnotherHostAndNoneInACircle() {
    RegistryId id = under.anonymous(fake);
    for (String link :
        List.of(
            "<"
                + elsewhere.url().replace("127.0.0.1", "localhost")
                + TAGS
                + "?last=b>; rel=\"next\"",
            "<" + TAGS + "?n=1000>; rel=next",
            "</etc/passwd>; rel=\"next\"",
            "<http://[::/x>; rel=\"next\"")) {
      RegistryUnderTest fresh = new RegistryUnderTest();
      fake.at(
          TAGS,
          exchange -> {
            exchange.getResponseHeaders().add("Link", link);
            FakeRegistry.text(exchange, 200, "{\"tags\":[\"a\",\"b\"]}");
          });
      RegistryId other = fresh.anonymous(fake);
      Registries.Names names =
          fresh.registries.tags(fresh.caller.tenant(), other, REPOSITORY, PageRequest.first());
      assertEquals(List.of("a", "b"), names.page().items().stream().distinct().toList(), link);
      assertTrue(names.clipped(), link);
    }
    assertEquals(List.of(), elsewhere.seen());
    assertEquals(Optional.empty(), under.trouble(id));
  }

  @Test
  void keepsWhatWasReadWhenALaterPageFails() {
    fake.withPages(1).tag(REPOSITORY, List.of("a", "b"));
    fake.at(
        TAGS,
        exchange -> {
          if (String.valueOf(exchange.getRequestURI().getQuery()).contains("last=")) {
            FakeRegistry.text(exchange, 429, "");
          } else {
            exchange.getResponseHeaders().add("Link", "<" + TAGS + "?last=a>; rel=\"next\"");
            FakeRegistry.text(exchange, 200, "{\"tags\":[\"a\"]}");
          }
        });
    RegistryId id = under.anonymous(fake);
    Registries.Names names =
        under.registries.tags(under.caller.tenant(), id, REPOSITORY, PageRequest.first());
    assertEquals(List.of("a"), names.page().items());
    assertTrue(names.clipped());
  }

  @Test
  void leavesOutNamesThatAreNoTags() {
    fake.at(
        TAGS,
        exchange ->
            FakeRegistry.text(
                exchange, 200, "{\"tags\":[\"ok\",\"<script>\",7,null,\"\",\"../x\"]}"));
    assertEquals(List.of("ok"), under.tags(under.anonymous(fake), REPOSITORY));
  }

  @Test
  void takesNoTagsForAnEmptyRepository() {
    fake.at(TAGS, exchange -> FakeRegistry.text(exchange, 200, "{\"name\":\"x\",\"tags\":null}"));
    assertEquals(List.of(), under.tags(under.anonymous(fake), REPOSITORY));
  }

  @Test
  void listsRepositoriesOrSaysThatThereIsNoCatalogue() {
    fake.with(FakeRegistry.Auth.TOKEN).image("team/b", "1", "linux", "arm64");
    fake.image("team/a", "1", "linux", "arm64");
    RegistryId id = under.reader(fake);
    assertEquals(
        List.of("team/a", "team/b"),
        under
            .registries
            .repositories(under.caller.tenant(), id, PageRequest.first())
            .orElseThrow()
            .page()
            .items());
    elsewhere.with(FakeRegistry.Auth.TOKEN).withoutCatalogue();
    RegistryId closed = under.reader(elsewhere);
    assertEquals(
        Optional.empty(),
        under.registries.repositories(under.caller.tenant(), closed, PageRequest.first()));
    RegistryUnderTest other = new RegistryUnderTest();
    RegistryId wrong = other.with(elsewhere, "wrong");
    refused(
        RegistryProblem.REGISTRY_LOGIN_REFUSED,
        () -> other.registries.repositories(other.caller.tenant(), wrong, PageRequest.first()));
  }

  // ---- images

  @Test
  void resolvesATagToItsDigestAndSaysWhatItRunsOn() {
    Digest digest = fake.image(REPOSITORY, "1", "linux", "arm64");
    Image image = under.image(under.anonymous(fake), REPOSITORY, "1");
    assertEquals(digest, image.digest());
    assertEquals(fake.host() + "/team/app@" + digest, image.reference().toString());
    assertEquals("linux/arm64", image.platforms().getFirst().platform().toString());
    assertEquals(OptionalLong.of(310), image.platforms().getFirst().size());
    assertEquals(image.reference(), ImageReference.parse(image.reference().toString()));
  }

  @Test
  void pinsTheIndexAndShowsEachPlatform() {
    Digest arm = fake.image(REPOSITORY, "", "linux", "arm64");
    Digest amd = fake.image(REPOSITORY, "", "linux", "amd64");
    for (String type :
        List.of(OCI_INDEX, "application/vnd.docker.distribution.manifest.list.v2+json")) {
      Digest index = index(type, arm, amd);
      RegistryUnderTest fresh = new RegistryUnderTest();
      Image image = fresh.image(fresh.anonymous(fake), REPOSITORY, "multi");
      assertEquals(index, image.digest());
      assertEquals(type, image.mediaType());
      assertEquals(
          List.of("linux/arm64/v8 " + arm + " 310", "linux/amd64 " + amd + " 310"),
          image.platforms().stream()
              .map(each -> each.platform() + " " + each.digest() + " " + each.size().orElse(0))
              .toList());
      assertEquals(
          List.of(Referrer.Source.INDEX),
          image.referrers().stream().map(Referrer::source).toList(),
          "an attestation is no platform");
    }
  }

  private Digest index(String type, Digest arm, Digest amd) {
    return fake.manifest(
        REPOSITORY,
        "multi",
        type,
        """
        {"schemaVersion":2,"mediaType":"%1$s","manifests":[
         {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%2$s","size":500,
          "platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
         {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%3$s","size":500,
          "platform":{"os":"linux","architecture":"amd64"}},
         {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%3$s","size":500,
          "platform":{"os":"unknown","architecture":"unknown"},
          "annotations":{"vnd.docker.reference.type":"attestation-manifest"}}]}
        """
            .formatted(type, arm, amd));
  }

  @Test
  void takesTheTypeOfAManifestFromItselfWhereTheHeaderSaysNothing() {
    String json =
        """
        {"schemaVersion":2,"config":{"mediaType":"application/vnd.docker.container.image.v1+json",
         "digest":"%s","size":2},"layers":[]}
        """
            .formatted(fake.blob("{}".getBytes(StandardCharsets.UTF_8)));
    fake.manifest(REPOSITORY, "bare", "text/plain; charset=utf-8", json);
    Image image = under.image(under.anonymous(fake), REPOSITORY, "bare");
    assertEquals("application/vnd.oci.image.manifest.v1+json", image.mediaType());
    assertEquals("unknown/unknown", image.platforms().getFirst().platform().toString());
  }

  @Test
  void refusesWhatCanBeReadAsTwoThings() {
    String digest = "sha256:" + "0".repeat(64);
    fake.manifest(
        REPOSITORY,
        "both",
        OCI_INDEX,
        "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[],\"config\":{}}");
    fake.manifest(
        REPOSITORY,
        "other",
        OCI_INDEX,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
            + "\"manifests\":[{\"digest\":\""
            + digest
            + "\",\"size\":1}]}");
    RegistryId id = under.anonymous(fake);
    refused(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, () -> under.image(id, REPOSITORY, "both"));
    refused(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, () -> under.image(id, REPOSITORY, "other"));
  }

  @Test
  void refusesWhatIsNoImage() {
    fake.manifest(
        REPOSITORY,
        "old",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "{\"schemaVersion\":1,\"fsLayers\":[]}");
    fake.manifest(
        REPOSITORY,
        "chart",
        "application/vnd.oci.image.manifest.v1+json",
        """
        {"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json",
         "digest":"sha256:%s","size":2},"layers":[]}
        """
            .formatted("0".repeat(64)));
    fake.manifest(REPOSITORY, "none", OCI_INDEX, "{\"schemaVersion\":2,\"manifests\":[]}");
    fake.manifest(
        REPOSITORY, "text", "application/vnd.oci.image.manifest.v1+json", "no JSON at all");
    fake.manifest(
        REPOSITORY,
        "deep",
        "application/vnd.oci.image.manifest.v1+json",
        "{\"layers\":" + "[".repeat(100_000));
    RegistryId id = under.anonymous(fake);
    for (String tag : List.of("old", "chart", "none")) {
      refused(RegistryProblem.IMAGE_NOT_SUPPORTED, () -> under.image(id, REPOSITORY, tag));
    }
    for (String tag : List.of("text", "deep")) {
      refused(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, () -> under.image(id, REPOSITORY, tag));
    }
    refused(RegistryProblem.IMAGE_NOT_FOUND, () -> under.image(id, REPOSITORY, "absent"));
    refused(RegistryProblem.REPOSITORY_NOT_FOUND, () -> under.tags(id, "team/absent"));
  }

  @Test
  void refusesBytesThatAreNotWhatTheirDigestSays() {
    Digest arm = fake.image(REPOSITORY, "", "linux", "arm64");
    index(OCI_INDEX, arm, arm);
    RegistryId id = under.anonymous(fake);
    fake.at(
        "/v2/team/app/manifests/multi",
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", OCI_INDEX);
          exchange.getResponseHeaders().add("Docker-Content-Digest", arm.toString());
          FakeRegistry.text(exchange, 200, "{\"schemaVersion\":2,\"manifests\":[]}");
        });
    refused(RegistryProblem.IMAGE_DIGEST_WRONG, () -> under.image(id, REPOSITORY, "multi"));
    fake.at("/v2/team/app/manifests/" + arm, exchange -> FakeRegistry.text(exchange, 200, "{}"));
    fake.image(REPOSITORY, "single", "linux", "amd64");
    index(OCI_INDEX, arm, arm);
    RegistryUnderTest fresh = new RegistryUnderTest();
    fake.at("/v2/team/app/manifests/multi", exchange -> redirect(exchange, "multi2"));
    fake.manifest(
        REPOSITORY,
        "multi2",
        OCI_INDEX,
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
            + "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\""
            + arm
            + "\",\"size\":1}]}");
    RegistryId other = fresh.anonymous(fake);
    refused(RegistryProblem.IMAGE_DIGEST_WRONG, () -> fresh.image(other, REPOSITORY, "multi"));
  }

  private static void redirect(com.sun.net.httpserver.HttpExchange exchange, String to)
      throws java.io.IOException {
    exchange.getResponseHeaders().add("Location", to);
    FakeRegistry.text(exchange, 307, "");
  }

  @Test
  void refusesAConfigurationThatIsNotWhatItsDigestSays() {
    fake.image(REPOSITORY, "1", "linux", "arm64");
    RegistryId id = under.anonymous(fake);
    String config =
        "/v2/team/app/blobs/"
            + Digest.of(
                "{\"os\":\"linux\",\"architecture\":\"arm64\"}".getBytes(StandardCharsets.UTF_8));
    fake.at(
        config,
        exchange ->
            FakeRegistry.text(exchange, 200, "{\"os\":\"linux\",\"architecture\":\"amd64\"}"));
    refused(RegistryProblem.IMAGE_DIGEST_WRONG, () -> under.image(id, REPOSITORY, "1"));
  }

  // ---- other hosts

  @Test
  void followsBlobsToAnotherHostWithoutTheAuthorization() {
    fake.with(FakeRegistry.Auth.TOKEN).image(REPOSITORY, "1", "linux", "arm64");
    byte[] config =
        "{\"os\":\"linux\",\"architecture\":\"arm64\"}".getBytes(StandardCharsets.UTF_8);
    Digest digest = elsewhere.blob(config);
    String path = "/v2/team/app/blobs/" + digest;
    fake.at(path, exchange -> redirect(exchange, elsewhere.url() + "/v2/x/blobs/" + digest));
    RegistryId id = under.reader(fake);
    assertEquals(1, under.image(id, REPOSITORY, "1").platforms().size());
    assertEquals(1, elsewhere.seen().size());
    assertEquals("", elsewhere.seen().getFirst().authorization());
  }

  @Test
  void logsInToNoHostThatItIsSentTo() {
    elsewhere.with(FakeRegistry.Auth.BASIC);
    fake.with(FakeRegistry.Auth.BASIC).image(REPOSITORY, "1", "linux", "arm64");
    fake.at(TAGS, exchange -> redirect(exchange, elsewhere.url() + "/v2/x/tags/list"));
    RegistryId id = under.reader(fake);
    refused(RegistryProblem.REGISTRY_ACCESS_DENIED, () -> under.tags(id, REPOSITORY));
    assertTrue(elsewhere.seen().stream().allMatch(seen -> seen.authorization().isEmpty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data/iam/",
        "https://169.254.169.254/",
        "http://8.8.8.8/",
        "https://100.100.100.200/",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "http://user:secret@127.0.0.1/",
        "",
        "//",
        "http:///x"
      })
  void followsNoRedirectWhereNothingMayBe(String to) {
    fake.at(TAGS, exchange -> redirect(exchange, to));
    RegistryId id = under.anonymous(fake);
    ProblemException e = assertThrows(ProblemException.class, () -> under.tags(id, REPOSITORY));
    assertTrue(
        e.problem() == RegistryProblem.REGISTRY_ANSWER_UNUSABLE
            || e.problem() == RegistryProblem.REGISTRY_ADDRESS_REFUSED,
        e::getMessage);
    assertTrue(fake.seen().size() <= 6, "and in no circle");
  }

  // ---- limits

  @Test
  void saysHowLongToWaitWhereARegistryLimits() {
    RegistryId id = under.anonymous(fake);
    fake.at(
        TAGS,
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "17");
          FakeRegistry.text(exchange, 429, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}");
        });
    ProblemException e =
        refused(RegistryProblem.REGISTRY_RATE_LIMITED, () -> under.tags(id, REPOSITORY));
    assertEquals("17", e.facts().get("seconds"));
    fake.at(
        TAGS,
        exchange -> {
          exchange.getResponseHeaders().add("Retry-After", "Tue, 1 Jan 2030 00:01:40 GMT");
          FakeRegistry.text(exchange, 429, "");
        });
    long seconds =
        Long.parseLong(
            refused(RegistryProblem.REGISTRY_RATE_LIMITED, () -> under.tags(id, REPOSITORY))
                .facts()
                .get("seconds"));
    assertTrue(seconds > 30 && seconds <= 100, () -> "seconds: " + seconds);
  }

  @Test
  void repeatsNothingThatARegistryWritesButTheCodeOfAnError() {
    fake.with(FakeRegistry.Auth.NONE);
    fake.at(
        TAGS,
        exchange ->
            FakeRegistry.text(
                exchange,
                503,
                "{\"errors\":[{\"code\":\"UNAVAILABLE\",\"message\":\"<b>s3cret</b>\"}]}"));
    RegistryId id = under.anonymous(fake);
    ProblemException e =
        refused(RegistryProblem.REGISTRY_UNREACHABLE, () -> under.tags(id, REPOSITORY));
    assertTrue(String.valueOf(e.getMessage()).endsWith("it answers 503 (UNAVAILABLE)"));
  }

  @Test
  void stopsReadingABodyWithoutAnEnd() {
    fake.at(
        TAGS,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] some = new byte[64 * 1024];
          for (int i = 0; i < 10_000; i++) {
            exchange.getResponseBody().write(some);
          }
        });
    RegistryId id = under.anonymous(fake);
    refused(RegistryProblem.REGISTRY_ANSWER_UNUSABLE, () -> under.tags(id, REPOSITORY));
  }

  // ---- referrers and import

  @Test
  void findsReferrersByTheApi() {
    Digest image = fake.image(REPOSITORY, "1", "linux", "arm64");
    Digest sbom =
        fake.referrer(
            REPOSITORY, image, "application/vnd.cyclonedx+json", "application/json", SBOM);
    Digest signature =
        fake.referrer(
            REPOSITORY, image, "application/vnd.dev.cosign.v1", "application/json", new byte[9]);
    Image found = under.image(under.anonymous(fake), REPOSITORY, "1");
    assertEquals(
        List.of(sbom, signature), found.referrers().stream().map(Referrer::digest).toList());
    assertEquals("application/vnd.cyclonedx+json", found.referrers().getFirst().artifactType());
    assertEquals(Referrer.Source.API, found.referrers().getFirst().source());
  }

  @Test
  void findsReferrersByTheTagOfTheDigestWhereThereIsNoApi() {
    fake.withoutReferrersApi();
    Digest image = fake.image(REPOSITORY, "1", "linux", "arm64");
    Digest sbom =
        fake.referrer(
            REPOSITORY, image, "application/vnd.cyclonedx+json", "application/json", SBOM);
    RegistryId id = under.anonymous(fake);
    assertEquals(List.of(), under.image(id, REPOSITORY, "1").referrers());
    fake.manifest(
        REPOSITORY, "sha256-" + image.hex(), OCI_INDEX, fake.referrersOf(REPOSITORY, image));
    Image found = under.image(id, REPOSITORY, "1");
    assertEquals(List.of(sbom), found.referrers().stream().map(Referrer::digest).toList());
    assertEquals(Referrer.Source.TAG, found.referrers().getFirst().source());
  }

  @Test
  void findsWhatCosignTagsWithoutReadingIt() {
    Digest image = fake.image(REPOSITORY, "1", "linux", "arm64");
    fake.image(REPOSITORY, "sha256-" + image.hex() + ".sig", "linux", "arm64");
    Image found = under.image(under.anonymous(fake), REPOSITORY, "1");
    assertEquals(Referrer.Source.COSIGN, found.referrers().getFirst().source());
    assertTrue(
        fake.seen().stream()
            .filter(seen -> seen.path().endsWith(".sig"))
            .allMatch(seen -> seen.method().equals("HEAD")));
  }

  @Test
  void importsATagPinnedWithItsSbom() {
    Digest image = fake.image(REPOSITORY, "1", "linux", "arm64");
    fake.referrer(REPOSITORY, image, "application/vnd.cyclonedx+json", "application/json", SBOM);
    RegistryId id = under.anonymous(fake);
    List<Registries.Imported> imported = importImages(id, List.of("1"), null);
    assertEquals(1, imported.size());
    assertTrue(imported.getFirst().problem().isEmpty());
    assertEquals("app", under.published.getFirst().name());
    assertEquals("1", under.published.getFirst().version());
    assertEquals(
        fake.host() + "/team/app@" + image,
        under.published.getFirst().image().reference().toString());
    Sbom sbom = under.published.getFirst().sbom().orElseThrow();
    assertArrayEquals(SBOM, sbom.content());
    assertEquals("application/vnd.cyclonedx+json", sbom.mediaType());
  }

  @Test
  void importsNothingWhereOneTagIsNotThere() {
    fake.image(REPOSITORY, "1", "linux", "arm64");
    RegistryId id = under.anonymous(fake);
    refused(RegistryProblem.IMAGE_NOT_FOUND, () -> importImages(id, List.of("1", "absent"), null));
    assertEquals(List.of(), under.published);
  }

  @Test
  void givesEachTagAnEndOfItsOwn() {
    fake.image(REPOSITORY, "1", "linux", "arm64");
    fake.image(REPOSITORY, "taken", "linux", "arm64");
    fake.image(REPOSITORY, "2", "linux", "arm64");
    List<Registries.Imported> imported =
        importImages(under.anonymous(fake), List.of("1", "taken", "2"), null);
    assertEquals(
        List.of(true, false, true),
        imported.stream().map(each -> each.problem().isEmpty()).toList());
    assertEquals(2, under.published.size());
  }

  @Test
  void refusesAnSbomThatIsNotWhatItsDigestSays() {
    Digest image = fake.image(REPOSITORY, "1", "linux", "arm64");
    fake.referrer(REPOSITORY, image, "application/spdx+json", "application/spdx+json", SBOM);
    fake.at(
        "/v2/team/app/blobs/" + Digest.of(SBOM),
        exchange -> FakeRegistry.text(exchange, 200, "{\"another\":true}"));
    RegistryId id = under.anonymous(fake);
    refused(RegistryProblem.IMAGE_DIGEST_WRONG, () -> importImages(id, List.of("1"), null));
  }

  @Test
  void namesTheBadFieldOfAnImport() {
    fake.image(REPOSITORY, "1", "linux", "arm64");
    RegistryId id = under.anonymous(fake);
    assertEquals("tags", field(() -> importImages(id, List.of(), null)));
    assertEquals("tags", field(() -> importImages(id, List.of("1", "1"), null)));
    assertEquals("tag", field(() -> importImages(id, List.of("a b"), null)));
    assertEquals("version", field(() -> importImages(id, List.of("1", "2"), "3")));
  }

  private static String field(java.util.function.Supplier<?> work) {
    return String.valueOf(refused(BaseProblem.INVALID_FIELD, work).facts().get("field"));
  }

  private List<Registries.Imported> importImages(
      RegistryId id, List<String> tags, @org.jspecify.annotations.Nullable String version) {
    return under.registries.importImages(
        under.caller, id, new Registries.Wish(REPOSITORY, tags, null, version, List.of("default")));
  }
}
