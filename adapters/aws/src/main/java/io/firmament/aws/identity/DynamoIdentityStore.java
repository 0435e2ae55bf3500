package io.firmament.aws.identity;

import io.firmament.aws.SortKeyCursor;
import io.firmament.base.AnalysisConfigurationId;
import io.firmament.base.ApiTokenId;
import io.firmament.base.Cursor;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.ProductGroupId;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.base.UserGroupId;
import io.firmament.base.UserId;
import io.firmament.platform.identity.AnalysisConfiguration;
import io.firmament.platform.identity.ApiToken;
import io.firmament.platform.identity.IdentityStore;
import io.firmament.platform.identity.Membership;
import io.firmament.platform.identity.NewTenant;
import io.firmament.platform.identity.ProductGroup;
import io.firmament.platform.identity.Session;
import io.firmament.platform.identity.Tenant;
import io.firmament.platform.identity.User;
import io.firmament.platform.identity.UserGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/// Identity in one DynamoDB table; the keys are those of [IdentityKeys]. Reads are strongly
/// consistent, and no index is used, because revocation must hold at once.
public final class DynamoIdentityStore implements IdentityStore {
  private static final int EVERYTHING = 200;

  private final Supplier<DynamoDbClient> dynamo;
  private final String table;

  public DynamoIdentityStore(DynamoDbClient dynamo, String table) {
    this(() -> dynamo, table);
  }

  /// The client is asked for at the first call: some operations authenticate nobody.
  public DynamoIdentityStore(Supplier<DynamoDbClient> dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Creation createTenant(NewTenant created) {
    User admin = created.admin();
    Membership membership =
        new Membership(
            created.tenant().id(),
            created.tenant().name(),
            admin.id(),
            Set.of(created.group().id()));
    Item email =
        Item.of(IdentityKeys.email(admin.email()), IdentityKeys.EMAIL).with("user", admin.id());
    List<TransactWriteItem> writes = new ArrayList<>();
    writes.add(putNew(email));
    writes.add(putNew(IdentityItems.of(created.tenant())));
    writes.add(putNew(IdentityItems.of(admin)));
    writes.add(putNew(IdentityItems.of(membership)));
    writes.add(putNew(IdentityItems.of(created.group())));
    writes.add(putNew(IdentityItems.of(created.productGroup())));
    writes.add(putNew(IdentityItems.of(created.configuration())));
    try {
      dynamo.get().transactWriteItems(b -> b.transactItems(writes));
      return Creation.CREATED;
    } catch (TransactionCanceledException e) {
      if ("ConditionalCheckFailed".equals(e.cancellationReasons().getFirst().code())) {
        return Creation.EMAIL_TAKEN;
      }
      throw e;
    }
  }

  @Override
  public Optional<Tenant> findTenant(TenantId tenant) {
    return get(IdentityKeys.tenant(tenant), IdentityKeys.TENANT).map(IdentityItems::tenant);
  }

  @Override
  public Optional<User> findUser(UserId user) {
    return get(IdentityKeys.user(user), IdentityKeys.USER).map(IdentityItems::user);
  }

  @Override
  public Optional<User> findUserByEmail(String email) {
    return get(IdentityKeys.email(email), IdentityKeys.EMAIL)
        .flatMap(item -> findUser(UserId.of(item.text("user"))));
  }

  @Override
  public List<Membership> memberships(UserId user) {
    List<Membership> all = new ArrayList<>();
    PageRequest page = new PageRequest(EVERYTHING, Optional.empty());
    Page<Membership> found;
    do {
      found = list(IdentityKeys.user(user), IdentityKeys.MEMBER, page, IdentityItems::membership);
      all.addAll(found.items());
      page = found.next().map(page::after).orElse(page);
    } while (found.next().isPresent());
    return List.copyOf(all);
  }

  @Override
  public Optional<Membership> findMembership(TenantId tenant, UserId user) {
    return get(IdentityKeys.user(user), IdentityKeys.MEMBER + tenant)
        .map(IdentityItems::membership);
  }

  @Override
  public List<UserGroup> groups(TenantId tenant, Set<UserGroupId> ids) {
    return ids.stream()
        .sorted(java.util.Comparator.comparing(UserGroupId::toString))
        .map(id -> get(IdentityKeys.tenant(tenant), IdentityKeys.GROUP + id))
        .flatMap(Optional::stream)
        .map(IdentityItems::group)
        .toList();
  }

  @Override
  public Page<ProductGroup> listProductGroups(TenantId tenant, PageRequest page) {
    return list(
        IdentityKeys.tenant(tenant), IdentityKeys.PRODUCT_GROUP, page, IdentityItems::productGroup);
  }

  @Override
  public Optional<ProductGroup> findProductGroup(TenantId tenant, ProductGroupId id) {
    return get(IdentityKeys.tenant(tenant), IdentityKeys.PRODUCT_GROUP + id)
        .map(IdentityItems::productGroup);
  }

  @Override
  public Page<AnalysisConfiguration> listAnalysisConfigurations(TenantId tenant, PageRequest page) {
    return list(
        IdentityKeys.tenant(tenant),
        IdentityKeys.CONFIGURATION,
        page,
        IdentityItems::configuration);
  }

  @Override
  public Optional<AnalysisConfiguration> findAnalysisConfiguration(
      TenantId tenant, AnalysisConfigurationId id) {
    return get(IdentityKeys.tenant(tenant), IdentityKeys.CONFIGURATION + id)
        .map(IdentityItems::configuration);
  }

  @Override
  public void putApiToken(ApiToken token) {
    dynamo
        .get()
        .transactWriteItems(
            b ->
                b.transactItems(
                    putNew(IdentityItems.of(token)), putNew(IdentityItems.listed(token))));
  }

  @Override
  public Page<ApiToken> listApiTokens(TenantId tenant, UserId user, PageRequest page) {
    return list(
        IdentityKeys.tenant(tenant), IdentityKeys.apiTokens(user), page, IdentityItems::apiToken);
  }

  @Override
  public Optional<ApiToken> findApiToken(TenantId tenant, Sha256 hash) {
    return get(IdentityKeys.apiToken(tenant, hash), IdentityKeys.API_TOKEN)
        .map(IdentityItems::apiToken);
  }

  @Override
  public boolean deleteApiToken(TenantId tenant, UserId user, ApiTokenId id) {
    String listed = IdentityKeys.listedApiToken(user, id);
    Optional<ApiToken> token =
        get(IdentityKeys.tenant(tenant), listed).map(IdentityItems::apiToken);
    token.ifPresent(
        found ->
            dynamo
                .get()
                .transactWriteItems(
                    b ->
                        b.transactItems(
                            delete(
                                IdentityKeys.apiToken(tenant, found.hash()),
                                IdentityKeys.API_TOKEN),
                            delete(IdentityKeys.tenant(tenant), listed))));
    return token.isPresent();
  }

  @Override
  public void putSession(Session session) {
    dynamo
        .get()
        .putItem(
            b ->
                b.tableName(table)
                    .item(IdentityItems.of(session).attributes())
                    .conditionExpression("attribute_not_exists(pk)"));
  }

  @Override
  public Optional<Session> findSession(Sha256 hash) {
    return get(IdentityKeys.session(hash), IdentityKeys.SESSION).map(IdentityItems::session);
  }

  @Override
  public void deleteSession(Sha256 hash) {
    dynamo
        .get()
        .deleteItem(
            b ->
                b.tableName(table).key(Item.key(IdentityKeys.session(hash), IdentityKeys.SESSION)));
  }

  @Override
  public int countAttempt(String email, Instant window, Instant forgetAt) {
    UpdateItemResponse counted =
        dynamo
            .get()
            .updateItem(
                b ->
                    b.tableName(table)
                        .key(Item.key(IdentityKeys.attempts(email), window.toString()))
                        .updateExpression("ADD attempts :one SET expiresAt = :forget")
                        .expressionAttributeValues(
                            Map.of(
                                ":one", Item.number(1),
                                ":forget", Item.number(forgetAt.getEpochSecond())))
                        .returnValues(ReturnValue.UPDATED_NEW));
    AttributeValue attempts = counted.attributes().get("attempts");
    if (attempts == null) {
      throw new IllegalStateException("an update answered without what it updated");
    }
    return Integer.parseInt(attempts.n());
  }

  @Override
  public void clearAttempts(String email, Instant window) {
    dynamo
        .get()
        .deleteItem(
            b -> b.tableName(table).key(Item.key(IdentityKeys.attempts(email), window.toString())));
  }

  private Optional<Item> get(String pk, String sk) {
    Map<String, AttributeValue> item =
        dynamo
            .get()
            .getItem(b -> b.tableName(table).key(Item.key(pk, sk)).consistentRead(true))
            .item();
    return item.isEmpty() ? Optional.empty() : Optional.of(Item.read(item));
  }

  private <T> Page<T> list(String pk, String prefix, PageRequest page, Function<Item, T> mapper) {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .consistentRead(true)
            .limit(page.limit())
            .keyConditionExpression("pk = :pk AND begins_with(sk, :prefix)")
            .expressionAttributeValues(
                Map.of(":pk", Item.string(pk), ":prefix", Item.string(prefix)));
    page.cursor()
        .ifPresent(
            cursor -> query.exclusiveStartKey(Item.key(pk, SortKeyCursor.open(cursor, prefix))));
    QueryResponse answer = dynamo.get().query(query.build());
    Optional<Cursor> next =
        Optional.ofNullable(answer.lastEvaluatedKey().get("sk"))
            .map(sk -> SortKeyCursor.of(sk.s()));
    return new Page<>(answer.items().stream().map(Item::read).map(mapper).toList(), next);
  }

  private TransactWriteItem putNew(Item item) {
    return TransactWriteItem.builder()
        .put(
            p ->
                p.tableName(table)
                    .item(item.attributes())
                    .conditionExpression("attribute_not_exists(pk)"))
        .build();
  }

  private TransactWriteItem delete(String pk, String sk) {
    return TransactWriteItem.builder()
        .delete(d -> d.tableName(table).key(Item.key(pk, sk)))
        .build();
  }
}
