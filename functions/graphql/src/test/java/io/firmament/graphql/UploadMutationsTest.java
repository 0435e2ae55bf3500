package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.base.Sha256;
import io.firmament.base.UploadId;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UploadMutationsTest {
  /// As the public client sends it: every part of the input a variable of its own.
  private static final String CLIENT_MUTATION =
      """
      mutation($firmware: FirmwareUploadMetadataInput!, $vendorName: String!,
          $productName: String!, $productCategory: String, $productGroupId: ID!) {
        createFirmwareUpload(input: {firmware: $firmware,
            product: {name: $productName, category: $productCategory, vendor: $vendorName},
            productGroup: {id: $productGroupId}}) {
          ... on FirmwareUploadMetadata { id uploadUrl }
          ... on MutationError {
            count errors { message code ... on ValidationError { fieldPath } } } } }
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
  void preparesTheUploadThatTheClientAsksFor() {
    Json prepared =
        create(
            tenant.admin(),
            TestPlatform.map(
                "name",
                "Acme-Router-1.0",
                "version",
                "1.0",
                "releaseDate",
                null,
                "notes",
                null,
                "enableMonitoring",
                false,
                "analysisConfigurationId",
                tenant.configuration().toString()),
            tenant.group().toString());
    String id = prepared.at("id").text();
    assertEquals(
        TestPlatform.BASE_URL + "/api/upload-firmware/" + id, prepared.at("uploadUrl").text());
    Upload upload = upload(id);
    assertEquals("Acme-Router-1.0", upload.name());
    assertEquals(Optional.of("1.0"), upload.version());
    assertEquals(tenant.group(), upload.productGroup());
    assertEquals(Optional.of(tenant.configuration()), upload.analysisConfiguration());
    assertEquals(tenant.admin().user(), upload.uploader());
    assertEquals(
        "Acme",
        platform.firmware.findProduct(tenant.id(), upload.product()).orElseThrow().vendor());
  }

  @Test
  void takesTheDefaultConfigurationWhereNoneIsNamedAndKeepsTheProduct() {
    Map<String, Object> firmware = TestPlatform.map("name", "n");
    Json one = create(tenant.admin(), firmware, tenant.group().toString());
    Json two = create(tenant.admin(), firmware, tenant.group().toString());
    assertEquals(
        Optional.of(tenant.configuration()), upload(one.at("id").text()).analysisConfiguration());
    assertEquals(upload(one.at("id").text()).product(), upload(two.at("id").text()).product());
  }

  @Test
  void tellsEverythingThatIsWrongAtOnce() {
    Json refused =
        create(
            tenant.admin(),
            TestPlatform.map(
                "name",
                " ",
                "notes",
                "x".repeat(10_001),
                "version",
                "1\u0000",
                "size",
                0,
                "sha256",
                "abc",
                "analysisConfigurationId",
                UUID.randomUUID().toString()),
            tenant.group().toString());
    assertEquals(6, refused.at("count").number());
    assertEquals(
        Set.of(
            "firmware.name",
            "firmware.notes",
            "firmware.version",
            "firmware.size",
            "firmware.sha256",
            "firmware.analysisConfigurationId"),
        Set.copyOf(refused.at("errors").texts("fieldPath")));
    assertTrue(refused.at("errors").texts("code").contains("invalid_field"));
  }

  @Test
  void refusesWhereTheCallerMayNotUpload() {
    Map<String, Object> firmware = TestPlatform.map("name", "n");
    Caller viewer = TestPlatform.caller(tenant, Role.VIEWER, tenant.group());
    Json refused = create(viewer, firmware, tenant.group().toString());
    assertEquals("missing_permission", refused.at("errors", 0, "code").text());
    assertTrue(refused.at("errors", 0, "message").text().contains("firmware.upload"));
    Caller elsewhere = TestPlatform.caller(tenant, Role.UPLOADER);
    for (Json each :
        List.of(
            create(elsewhere, firmware, tenant.group().toString()),
            create(tenant.admin(), firmware, UUID.randomUUID().toString()),
            create(tenant.admin(), firmware, "x"))) {
      assertEquals("not_found", each.at("errors", 0, "code").text());
      assertEquals("productGroup.id", each.at("errors", 0, "fieldPath").text());
    }
    Caller uploader = TestPlatform.caller(tenant, Role.UPLOADER, tenant.group());
    assertTrue(create(uploader, firmware, tenant.group().toString()).has("uploadUrl"));
  }

  @Test
  void presignsARequestThatStoresExactlyThisFile() throws Exception {
    byte[] content = "an image".getBytes(StandardCharsets.UTF_8);
    Json prepared =
        platform
            .data(
                tenant.admin(),
                """
                mutation($g: ID!, $size: Long, $sha: String) { createFirmwareUpload(input: {
                    firmware: {name: "n", size: $size, sha256: $sha},
                    product: {name: "Router", vendor: "Acme"}, productGroup: {id: $g}}) {
                  ... on FirmwareUploadMetadata { id
                    presignedUpload { url method headers { name value } expiresAt } } } }
                """,
                "g",
                tenant.group().toString(),
                "size",
                content.length,
                "sha",
                Sha256.of(content).hex().toUpperCase(java.util.Locale.ROOT))
            .at("createFirmwareUpload");
    Json request = prepared.at("presignedUpload");
    assertEquals(200, send(request, content).statusCode());
    String key =
        ObjectKeys.firmware(tenant.id(), UploadId.parse(prepared.at("id").text()).orElseThrow());
    assertEquals(content.length, platform.uploads.find(key).orElseThrow().size());
  }

  @Test
  void presignsNothingForAFileThatItDoesNotKnow() {
    Json prepared =
        platform
            .data(
                tenant.admin(),
                """
                mutation($g: ID!) { createFirmwareUpload(input: {
                    firmware: {name: "n", size: 12}, product: {name: "Router", vendor: "Acme"},
                    productGroup: {id: $g}}) {
                  ... on FirmwareUploadMetadata { presignedUpload { url } } } }
                """,
                "g",
                tenant.group().toString())
            .at("createFirmwareUpload");
    assertTrue(prepared.at("presignedUpload").isNull());
  }

  @Test
  void letsAFileBeSentInParts() throws Exception {
    byte[] content = new byte[6 << 20];
    content[0] = 1;
    Upload upload = tenant.upload("Router", "3", tenant.group());
    Json parts = createParts(tenant.admin(), upload.id().toString(), content.length, 5L << 20);
    assertEquals(5L << 20, parts.at("partSize").number());
    List<String> tags = new ArrayList<>();
    int from = 0;
    for (Json part : parts.at("parts").list()) {
      int to = Math.min(content.length, from + (5 << 20));
      HttpResponse<String> sent = send(part, java.util.Arrays.copyOfRange(content, from, to));
      assertEquals(200, sent.statusCode());
      tags.add(sent.headers().firstValue("etag").orElseThrow());
      from = to;
    }
    assertEquals(2, tags.size());
    StringBuilder document = new StringBuilder("<CompleteMultipartUpload>");
    for (int i = 0; i < tags.size(); i++) {
      document.append(
          "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>".formatted(i + 1, tags.get(i)));
    }
    document.append("</CompleteMultipartUpload>");
    byte[] body = document.toString().getBytes(StandardCharsets.UTF_8);
    assertEquals(200, send(parts.at("complete"), body).statusCode());
    String key = ObjectKeys.firmware(tenant.id(), upload.id());
    assertEquals(content.length, platform.uploads.find(key).orElseThrow().size());
  }

  @Test
  void refusesPartsOfWhatCannotBeSent() {
    Upload upload = tenant.upload("Router", "4", tenant.group());
    String id = upload.id().toString();
    assertEquals(
        "not_found", code(createParts(tenant.admin(), UUID.randomUUID().toString(), 1, 5L << 20)));
    Caller viewer = TestPlatform.caller(tenant, Role.VIEWER, tenant.group());
    assertEquals("not_found", code(createParts(viewer, id, 1, 5L << 20)));
    assertEquals("invalid_field", code(createParts(tenant.admin(), id, 0, 5L << 20)));
    assertEquals("invalid_field", code(createParts(tenant.admin(), id, 1, 1)));
    assertEquals("invalid_field", code(createParts(tenant.admin(), id, Long.MAX_VALUE, 5L << 20)));
  }

  private static String code(Json refused) {
    return refused.at("errors", 0, "code").text();
  }

  private static Json createParts(Caller caller, String upload, long size, long partSize) {
    return platform
        .data(
            caller,
            """
            mutation($input: CreateMultipartUploadInput!) { createMultipartUpload(input: $input) {
              ... on MultipartUpload { uploadId partSize
                parts { url method headers { name value } }
                complete { url method headers { name value } } abort { url method } }
              ... on MutationError { count errors { message code fieldPath } } } }
            """,
            "input",
            TestPlatform.map("uploadId", upload, "size", size, "partSize", partSize))
        .at("createMultipartUpload");
  }

  private static Json create(Caller caller, Map<String, Object> firmware, String group) {
    return platform
        .data(
            caller,
            CLIENT_MUTATION,
            "firmware",
            firmware,
            "vendorName",
            "Acme",
            "productName",
            "Router",
            "productCategory",
            null,
            "productGroupId",
            group)
        .at("createFirmwareUpload");
  }

  private static Upload upload(String id) {
    return platform.firmware.findUpload(tenant.id(), UploadId.of(id)).orElseThrow();
  }

  private static HttpResponse<String> send(Json request, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(request.at("url").text()))
            .method(request.at("method").text(), HttpRequest.BodyPublishers.ofByteArray(body));
    for (Json header : request.at("headers").list()) {
      String name = header.at("name").text();
      if (!name.equalsIgnoreCase("host") && !name.equalsIgnoreCase("content-length")) {
        builder.header(name, header.at("value").text());
      }
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
