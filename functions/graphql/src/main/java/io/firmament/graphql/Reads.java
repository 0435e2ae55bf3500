package io.firmament.graphql;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.AnalysisId;
import io.firmament.base.FirmwareId;
import io.firmament.base.JsonDocument;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.ProductId;
import io.firmament.base.TenantId;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.CveMatch;
import io.firmament.base.finding.Issue;
import io.firmament.base.finding.VexDecisions;
import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.AnalysisDocument;
import io.firmament.platform.firmware.AnalysisKey;
import io.firmament.platform.firmware.Firmware;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.Product;
import io.firmament.platform.firmware.Unpacking;
import io.firmament.platform.firmware.VexDocuments;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Tenant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What one request reads of its tenant, each thing once however often the query names it.
final class Reads {
  private static final JsonType<Unpacking> UNPACKING = Jsonb.instance().type(Unpacking.class);
  private static final JsonType<Unpacking.Identity> IDENTITY =
      Jsonb.instance().type(Unpacking.Identity.class);

  private final TenantId tenant;
  private final IdentityStore identity;
  private final FirmwareStore store;
  private final ObjectStore documents;
  private final Map<FirmwareId, Optional<Firmware>> firmware = new HashMap<>();
  private final Map<ProductId, Product> products = new HashMap<>();
  private final Map<FirmwareId, List<Issue>> issues = new HashMap<>();
  private final Map<FirmwareId, Map<String, Component>> components = new HashMap<>();
  private final Map<FirmwareId, List<Match>> matches = new HashMap<>();
  private final Map<FirmwareId, Map<String, VexDecisions.Said>> said = new HashMap<>();
  private final Map<AnalysisId, Optional<Unpacking>> unpackings = new HashMap<>();
  private @Nullable Tenant tenantRow;
  private @Nullable Map<ProductGroupId, ProductGroup> groups;
  private @Nullable Map<AnalysisConfigurationId, AnalysisConfiguration> configurations;

  /// A vulnerability with the component that it applies to.
  ///
  /// @param firmware that it was found in
  record Match(CveMatch match, Component component, Firmware firmware) {}

  Reads(TenantId tenant, IdentityStore identity, FirmwareStore store, ObjectStore documents) {
    this.tenant = tenant;
    this.identity = identity;
    this.store = store;
    this.documents = documents;
  }

  Tenant tenant() {
    if (tenantRow == null) {
      tenantRow =
          identity
              .findTenant(tenant)
              .orElseThrow(() -> new IllegalStateException("a caller of no tenant " + tenant));
    }
    return tenantRow;
  }

  Map<ProductGroupId, ProductGroup> productGroups() {
    if (groups == null) {
      groups = byId(all(page -> identity.listProductGroups(tenant, page)), ProductGroup::id);
    }
    return groups;
  }

  Map<AnalysisConfigurationId, AnalysisConfiguration> analysisConfigurations() {
    if (configurations == null) {
      configurations =
          byId(
              all(page -> identity.listAnalysisConfigurations(tenant, page)),
              AnalysisConfiguration::id);
    }
    return configurations;
  }

  Optional<Firmware> firmware(FirmwareId id) {
    return firmware.computeIfAbsent(id, absent -> store.find(tenant, absent));
  }

  /// All firmware of the tenant, newest first.
  Page<Firmware> firmwares(PageRequest page) {
    return remember(store.list(tenant, page));
  }

  /// All firmware of a product, newest first.
  Page<Firmware> timeline(ProductId product, PageRequest page) {
    return remember(store.timeline(tenant, product, page));
  }

  Product product(ProductId id) {
    return products.computeIfAbsent(
        id,
        absent ->
            store
                .findProduct(tenant, absent)
                .orElseThrow(() -> new IllegalStateException("firmware of no product " + absent)));
  }

  List<Issue> issues(Firmware of) {
    return issues.computeIfAbsent(
        of.id(), _ -> found(of, page -> store.issues(tenant, of.latestAnalysis().id(), page)));
  }

  List<Component> components(Firmware of) {
    return List.copyOf(componentsById(of).values());
  }

  List<Match> matches(Firmware of) {
    List<Match> known = matches.get(of.id());
    if (known != null) {
      return known;
    }
    Map<String, Component> byId = componentsById(of);
    List<Match> read = new ArrayList<>();
    for (CveMatch match :
        found(of, page -> store.matches(tenant, of.latestAnalysis().id(), page))) {
      Component component = byId.get(match.componentId());
      if (component == null) {
        throw new IllegalStateException("a match without its component: " + match.id());
      }
      read.add(new Match(match, component, of));
    }
    matches.put(of.id(), read);
    return read;
  }

  /// What VEX documents say of the match.
  Optional<VexDecisions.Said> said(Match of) {
    return Optional.ofNullable(
        said.computeIfAbsent(
                of.firmware().id(), id -> new VexDocuments(store, documents).said(tenant, id))
            .get(of.match().id()));
  }

  /// What unpacking made of the image; empty until that stage is done.
  Optional<Unpacking> unpacking(Analysis of) {
    return unpackings.computeIfAbsent(
        of.id(), _ -> document(of, AnalysisDocument.UNPACKING, UNPACKING));
  }

  /// What the image is made for; empty until the stage that finds it is done.
  Optional<Unpacking.Identity> identity(Analysis of) {
    return document(of, AnalysisDocument.IDENTITY, IDENTITY);
  }

  private <T> Optional<T> document(Analysis of, AnalysisDocument document, JsonType<T> type) {
    AnalysisKey key = new AnalysisKey(tenant, of.firmware(), of.id());
    Optional<InputStream> content = documents.read(ObjectKeys.document(key, document));
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = content.get()) {
      return Optional.of(JsonDocument.read(type, in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Component> componentsById(Firmware of) {
    return components.computeIfAbsent(
        of.id(),
        _ ->
            byId(
                found(of, page -> store.components(tenant, of.latestAnalysis().id(), page)),
                Component::id));
  }

  /// What the latest analysis found; nothing until it is complete.
  private static <T> List<T> found(Firmware of, Function<PageRequest, Page<T>> list) {
    if (!of.latestAnalysis().result().equals(Optional.of(Analysis.Result.COMPLETE))) {
      return List.of();
    }
    return all(list);
  }

  /// Every page of a list.
  static <T> List<T> all(Function<PageRequest, Page<T>> list) {
    List<T> all = new ArrayList<>();
    PageRequest request = new PageRequest(PageRequest.MAX_LIMIT, Optional.empty());
    Page<T> page = list.apply(request);
    all.addAll(page.items());
    while (page.next().isPresent()) {
      page = list.apply(request.after(page.next().get()));
      all.addAll(page.items());
    }
    return all;
  }

  private Page<Firmware> remember(Page<Firmware> page) {
    page.items().forEach(each -> firmware.put(each.id(), Optional.of(each)));
    return page;
  }

  private static <K, T> Map<K, T> byId(List<T> all, Function<T, K> id) {
    return all.stream()
        .collect(
            Collectors.toMap(id, Function.identity(), (first, _) -> first, LinkedHashMap::new));
  }
}
