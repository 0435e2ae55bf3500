package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.Unpacking;
import io.firmament.platform.identity.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the API says of how an image was unpacked.
class UnpackingFieldsTest {
  private static final String ALL =
      """
      query ($id: ID!) { firmware(id: $id) { latestAnalysis { unpacking {
        explainedPercent complete contentBytes chunkCount
        tree { files directories links others }
        identity { architecture endianness bits operatingSystem distribution
          distributionVersion kernelVersion }
        chunks { totalCount pageInfo { hasNextPage }
          nodes { id parent format where start end confidence encrypted meta { name value }
            held { files directories links others } } }
        notes { totalCount nodes { kind where detail } } } } } }
      """;

  private static TestPlatform platform;
  private static TestTenant tenant;

  @BeforeAll
  static void seed() {
    platform = TestPlatform.start();
    tenant = platform.tenant("Acme");
  }

  @AfterAll
  static void close() {
    platform.close();
  }

  @Test
  void saysWhatAnImageIsMadeOf() {
    Firmware firmware = unpacked("1", unpacking(2, 1));
    tenant.document(
        firmware,
        AnalysisDocument.IDENTITY,
        Jsonb.instance()
            .type(Unpacking.Identity.class)
            .toJson(new Unpacking.Identity("arm", "little", 32, "Linux", "debian", null, "6.1.0")));
    Json found = unpacking(firmware);
    assertEquals("99.5", found.at("explainedPercent").toString());
    assertFalse(found.at("complete").isNull());
    assertEquals(5_000_000_000L, found.at("contentBytes").number());
    assertEquals(3, found.at("tree", "links").number());
    assertEquals("arm", found.at("identity", "architecture").text());
    assertEquals(32, found.at("identity", "bits").number());
    assertTrue(found.at("identity", "distributionVersion").isNull());
    assertEquals(List.of("format-0", "format-1"), found.at("chunks", "nodes").texts("format"));
    assertTrue(found.at("chunks", "nodes", 0, "parent").isNull());
    assertEquals("chunk-0", found.at("chunks", "nodes", 1, "parent").text());
    assertEquals(6_000_000_000L, found.at("chunks", "nodes", 1, "end").number());
    assertEquals("HIGH", found.at("chunks", "nodes", 1, "confidence").text());
    assertEquals(
        List.of("compression", "version"), found.at("chunks", "nodes", 1, "meta").texts("name"));
    assertEquals(1, found.at("chunks", "nodes", 1, "held", "files").number());
    assertEquals("TRUNCATED", found.at("notes", "nodes", 0, "kind").text());
    assertEquals("a/b", found.at("notes", "nodes", 0, "where").text());
  }

  @Test
  void saysNothingBeforeTheStagesThatFindIt() {
    Firmware waiting = tenant.waiting("Camera", "1", tenant.group());
    assertTrue(analysis(waiting).at("unpacking").isNull());
    Firmware unpacked = unpacked("2", unpacking(1, 0));
    assertTrue(unpacking(unpacked).at("identity").isNull());
  }

  @Test
  void saysHowAnImageWasUnpackedWhoseAnalysisFailedLater() {
    Firmware failed = tenant.failed("Router", "3", "no room");
    write(failed, unpacking(1, 1));
    assertEquals(1, unpacking(failed).at("notes", "totalCount").number());
  }

  @Test
  void pagesThroughChunksAndNotes() {
    Firmware firmware = unpacked("4", unpacking(450, 250));
    for (String list : List.of("chunks", "notes")) {
      String query =
          "query($id: ID!, $after: String) { firmware(id: $id) { latestAnalysis { unpacking { "
              + list
              + "(first: 200, after: $after) { totalCount nodes { where } "
              + "pageInfo { endCursor } } } } } }";
      List<String> all = new ArrayList<>();
      String after = null;
      int pages = 0;
      do {
        Json page =
            platform
                .data(tenant.admin(), query, "id", firmware.id().toString(), "after", after)
                .at("firmware", "latestAnalysis", "unpacking", list);
        all.addAll(page.at("nodes").texts("where"));
        assertEquals(list.equals("chunks") ? 450 : 250, page.at("totalCount").number());
        Json cursor = page.at("pageInfo", "endCursor");
        after = cursor.isNull() ? null : cursor.text();
        pages++;
      } while (after != null);
      assertEquals(list.equals("chunks") ? 3 : 2, pages);
      assertEquals(list.equals("chunks") ? 450 : 250, all.size());
    }
  }

  @Test
  void refusesThePageOfAnotherList() {
    Firmware firmware = unpacked("5", unpacking(10, 10));
    String query =
        "query($id: ID!, $after: String) { firmware(id: $id) { latestAnalysis { unpacking { "
            + "notes(first: 5, after: $after) { pageInfo { endCursor } } } } } }";
    String cursor =
        platform
            .data(tenant.admin(), query, "id", firmware.id().toString())
            .at("firmware", "latestAnalysis", "unpacking", "notes", "pageInfo", "endCursor")
            .text();
    for (String wrong : List.of(cursor, "x", "")) {
      Json answer =
          platform.query(
              tenant.admin(),
              query.replace("notes", "chunks"),
              "id",
              firmware.id().toString(),
              "after",
              wrong);
      assertEquals("invalid_cursor", answer.at("errors", 0, "extensions", "code").text(), wrong);
    }
  }

  @Test
  void showsNothingOfAnotherTenantOrAnotherProductGroup() {
    Firmware firmware = unpacked("6", unpacking(1, 1));
    String id = firmware.id().toString();
    TestTenant other = platform.tenant("Other");
    assertTrue(platform.data(other.admin(), ALL, "id", id).at("firmware").isNull());
    assertTrue(
        platform
            .data(TestPlatform.caller(tenant, Role.ADMIN), ALL, "id", id)
            .at("firmware")
            .isNull());
    assertEquals(
        platform.query(other.admin(), ALL, "id", UUID.randomUUID().toString()).toString(),
        platform.query(other.admin(), ALL, "id", id).toString());
  }

  private static Unpacking unpacking(int chunks, int notes) {
    List<Unpacking.Chunk> allChunks = new ArrayList<>();
    for (int i = 0; i < chunks; i++) {
      allChunks.add(
          new Unpacking.Chunk(
              "chunk-" + i,
              i == 0 ? null : "chunk-" + (i - 1),
              "format-" + i,
              "where-" + i,
              0,
              6_000_000_000L,
              "HIGH",
              false,
              Map.of("version", "4.0", "compression", "xz"),
              new Unpacking.Counts(i, 0, 0, 0)));
    }
    List<Unpacking.Note> allNotes = new ArrayList<>();
    for (int i = 0; i < notes; i++) {
      allNotes.add(new Unpacking.Note("TRUNCATED", "a/b", "gzip: ends early"));
    }
    return new Unpacking(
        99.5, false, new Unpacking.Counts(1, 2, 3, 4), 5_000_000_000L, chunks, allChunks, allNotes);
  }

  private static Firmware unpacked(String version, Unpacking unpacking) {
    Firmware firmware = tenant.analyzing("Router", version);
    write(firmware, unpacking);
    return firmware;
  }

  private static void write(Firmware firmware, Unpacking unpacking) {
    tenant.document(
        firmware,
        AnalysisDocument.UNPACKING,
        Jsonb.instance().type(Unpacking.class).toJson(unpacking));
  }

  private static Json unpacking(Firmware firmware) {
    return analysis(firmware).at("unpacking");
  }

  private static Json analysis(Firmware firmware) {
    return platform
        .data(tenant.admin(), ALL, "id", firmware.id().toString())
        .at("firmware", "latestAnalysis");
  }
}
