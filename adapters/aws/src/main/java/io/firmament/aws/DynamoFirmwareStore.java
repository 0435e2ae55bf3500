package io.firmament.aws;

import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.UploadId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.platform.firmware.Affected;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Findings;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.Matched;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Stage;
import io.firmament.platform.firmware.Upload;
import io.firmament.platform.firmware.VexImport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/// The firmware table; its keys are [FirmwareKeys]'.
public final class DynamoFirmwareStore implements FirmwareStore {
  private static final String NEW = "attribute_not_exists(pk)";
  private static final String LATEST = "analysis = :analysis";
  private static final String NOT_DONE = LATEST + " AND analysisState <> :done";

  private final DynamoDbClient dynamo;
  private final String table;
  private final DynamoPages pages;
  private final FindingItems findings = new FindingItems();

  public DynamoFirmwareStore(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
    this.pages = new DynamoPages(dynamo, table);
  }

  @Override
  public Product ensureProduct(Product candidate) {
    String name =
        FirmwareKeys.productName(candidate.tenant(), candidate.vendor(), candidate.name());
    Optional<Product> known = productNamed(candidate.tenant(), name);
    if (known.isPresent()) {
      return known.get();
    }
    Map<String, AttributeValue> nameItem = Items.item(name, FirmwareKeys.PRODUCT_NAME);
    nameItem.put("product", Items.string(candidate.id().toString()));
    try {
      dynamo.transactWriteItems(
          b -> b.transactItems(putNew(nameItem), putNew(FirmwareItems.of(candidate))));
      return candidate;
    } catch (TransactionCanceledException e) {
      return productNamed(candidate.tenant(), name).orElseThrow(() -> e);
    }
  }

  private Optional<Product> productNamed(TenantId tenant, String name) {
    return get(name, FirmwareKeys.PRODUCT_NAME)
        .map(item -> ProductId.of(Items.text(item, "product")))
        .flatMap(id -> findProduct(tenant, id));
  }

  @Override
  public Optional<Product> findProduct(TenantId tenant, ProductId id) {
    return get(FirmwareKeys.product(tenant, id), FirmwareKeys.PRODUCT).map(FirmwareItems::product);
  }

  @Override
  public void createUpload(Upload upload) {
    try {
      dynamo.putItem(
          b -> b.tableName(table).item(FirmwareItems.of(upload)).conditionExpression(NEW));
    } catch (ConditionalCheckFailedException e) {
      // A repeat: the first one stands.
    }
  }

  @Override
  public Optional<Upload> findUpload(TenantId tenant, UploadId id) {
    return get(FirmwareKeys.upload(tenant, id), FirmwareKeys.UPLOAD).map(FirmwareItems::upload);
  }

  @Override
  public boolean receive(Upload upload, Firmware firmware) {
    TransactWriteItem use =
        TransactWriteItem.builder()
            .update(
                u ->
                    u.tableName(table)
                        .key(
                            Items.key(
                                FirmwareKeys.upload(upload.tenant(), upload.id()),
                                FirmwareKeys.UPLOAD))
                        .conditionExpression(
                            "attribute_exists(pk) AND attribute_not_exists(usedAt)")
                        .updateExpression("SET usedAt = :now")
                        .expressionAttributeValues(
                            Map.of(":now", Items.string(firmware.uploadedAt().toString()))))
            .build();
    try {
      dynamo.transactWriteItems(b -> b.transactItems(use, putNew(FirmwareItems.of(firmware))));
      return true;
    } catch (TransactionCanceledException e) {
      if (find(upload.tenant(), upload.firmware()).isPresent()) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Optional<Firmware> find(TenantId tenant, FirmwareId id) {
    return get(FirmwareKeys.firmware(tenant, id), FirmwareKeys.FIRMWARE)
        .map(FirmwareItems::firmware);
  }

  @Override
  public Page<Firmware> list(TenantId tenant, PageRequest page) {
    return pages
        .newestFirst("gsi1", FirmwareKeys.allFirmware(tenant), tenant, page)
        .map(FirmwareItems::firmware);
  }

  @Override
  public Page<Firmware> timeline(TenantId tenant, ProductId product, PageRequest page) {
    return pages
        .newestFirst("gsi2", FirmwareKeys.timeline(tenant, product), tenant, page)
        .map(FirmwareItems::firmware);
  }

  @Override
  public Optional<Analysis> begin(AnalysisKey key, Instant now) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":now", Items.string(now.toString()));
    values.put(":waiting", Items.string(Analysis.State.WAITING.name()));
    values.put(":analyzing", Items.string(Analysis.State.ANALYZING.name()));
    return update(
            key,
            LATEST + " AND analysisState = :waiting",
            "SET analysisState = :analyzing, startedAt = :now",
            values)
        .or(() -> latest(key));
  }

  @Override
  public Optional<Analysis> complete(AnalysisKey key, Stage stage) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":stage", AttributeValue.builder().ss(stage.name()).build());
    values.put(":done", Items.string(Analysis.State.DONE.name()));
    return update(key, NOT_DONE, "ADD doneStages :stage", values).or(() -> latest(key));
  }

  @Override
  public Optional<Analysis> completeMatch(AnalysisKey key, Matched matched) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":stage", AttributeValue.builder().ss(Stage.MATCH.name()).build());
    values.put(":done", Items.string(Analysis.State.DONE.name()));
    String update = "SET " + MatchedUpdate.of(matched, values) + " ADD doneStages :stage";
    return update(key, NOT_DONE, update, values).or(() -> latest(key));
  }

  @Override
  public boolean finish(
      AnalysisKey key, Analysis.Result result, Optional<String> failure, Instant now) {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":done", Items.string(Analysis.State.DONE.name()));
    values.put(":result", Items.string(result.name()));
    values.put(":now", Items.string(now.toString()));
    failure.ifPresent(reason -> values.put(":failure", Items.string(reason)));
    String update =
        "SET analysisState = :done, analysisResult = :result, finishedAt = :now"
            + (failure.isPresent() ? ", failure = :failure" : "");
    return update(key, NOT_DONE, update, values).isPresent();
  }

  /// The analysis after the update; empty where the condition did not hold.
  private Optional<Analysis> update(
      AnalysisKey key, String condition, String update, Map<String, AttributeValue> values) {
    values.put(":analysis", Items.string(key.analysis().toString()));
    try {
      Map<String, AttributeValue> item =
          dynamo
              .updateItem(
                  b ->
                      b.tableName(table)
                          .key(
                              Items.key(
                                  FirmwareKeys.firmware(key.tenant(), key.firmware()),
                                  FirmwareKeys.FIRMWARE))
                          .conditionExpression(condition)
                          .updateExpression(update)
                          .expressionAttributeValues(values)
                          .returnValues(ReturnValue.ALL_NEW))
              .attributes();
      return Optional.of(FirmwareItems.analysis(item));
    } catch (ConditionalCheckFailedException e) {
      return Optional.empty();
    }
  }

  private Optional<Analysis> latest(AnalysisKey key) {
    return find(key.tenant(), key.firmware())
        .map(Firmware::latestAnalysis)
        .filter(analysis -> analysis.id().equals(key.analysis()));
  }

  @Override
  public void publish(AnalysisKey key, Findings found) {
    String pk = FirmwareKeys.findings(key.tenant(), key.analysis());
    Map<String, Map<String, AttributeValue>> items = new LinkedHashMap<>();
    found.components().forEach(c -> items.put(FirmwareKeys.of(c), findings.of(pk, c)));
    found.issues().forEach(i -> items.put(FirmwareKeys.of(i), findings.of(pk, i)));
    found.matches().forEach(m -> items.put(FirmwareKeys.of(m), findings.of(pk, m)));
    List<Map<String, AttributeValue>> all = new ArrayList<>(items.values());
    all.addAll(findings.places(key, found.matches()));
    new DynamoBatch(dynamo, table).putAll(all);
  }

  @Override
  public Page<Component> components(TenantId tenant, AnalysisId analysis, PageRequest page) {
    return pages
        .ascending(FirmwareKeys.findings(tenant, analysis), FirmwareKeys.COMPONENTS, page)
        .map(findings::component);
  }

  @Override
  public Page<Issue> issues(TenantId tenant, AnalysisId analysis, PageRequest page) {
    return pages
        .ascending(FirmwareKeys.findings(tenant, analysis), FirmwareKeys.ISSUES, page)
        .map(findings::issue);
  }

  @Override
  public Page<CveMatch> matches(TenantId tenant, AnalysisId analysis, PageRequest page) {
    return pages
        .ascending(FirmwareKeys.findings(tenant, analysis), FirmwareKeys.MATCHES, page)
        .map(findings::match);
  }

  @Override
  public Page<Affected> affectedBy(TenantId tenant, String vulnerability, PageRequest page) {
    return pages
        .ascending(FirmwareKeys.vulnerability(tenant, vulnerability), FirmwareKeys.AFFECTED, page)
        .map(findings::affected);
  }

  @Override
  public Optional<VexImport> findVex(TenantId tenant, FirmwareId firmware, String document) {
    return get(FirmwareKeys.firmware(tenant, firmware), FirmwareKeys.vex(document))
        .map(FirmwareItems::vex);
  }

  @Override
  public boolean putVex(TenantId tenant, FirmwareId firmware, VexImport document) {
    Map<String, AttributeValue> item =
        FirmwareItems.of(FirmwareKeys.firmware(tenant, firmware), document);
    try {
      dynamo.putItem(
          b ->
              b.tableName(table)
                  .item(item)
                  .conditionExpression(NEW + " OR issuedAt < :issued OR sha256 = :sha256")
                  .expressionAttributeValues(
                      Map.of(":issued", item.get("issuedAt"), ":sha256", item.get("sha256"))));
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  @Override
  public Page<VexImport> vexImports(TenantId tenant, FirmwareId firmware, PageRequest page) {
    return pages
        .ascending(FirmwareKeys.firmware(tenant, firmware), FirmwareKeys.VEX, page)
        .map(FirmwareItems::vex);
  }

  private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
    return Optional.of(
            dynamo
                .getItem(b -> b.tableName(table).key(Items.key(pk, sk)).consistentRead(true))
                .item())
        .filter(item -> !item.isEmpty());
  }

  private TransactWriteItem putNew(Map<String, AttributeValue> item) {
    return TransactWriteItem.builder()
        .put(p -> p.tableName(table).item(item).conditionExpression(NEW))
        .build();
  }
}
