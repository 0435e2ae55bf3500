package io.firmament.engines;

import io.firmament.schema.Contract;
import io.firmament.schema.Grant;
import io.firmament.schema.Route;
import io.firmament.schema.StageRole;
import io.firmament.schema.TimerRole;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.s3.model.S3Request;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/// What IAM does in AWS: code that runs [#as] a role and calls AWS beyond the grants of that role
/// fails, so that a grant missing from the contract is found on a laptop and in every test.
///
/// The SDK finds this class by a file on the class path. Tables, buckets and queues are known by
/// the context or stage in their names; calls from outside any role pass.
public final class GrantGuard implements ExecutionInterceptor {
  private static final ScopedValue<Role> ROLE = ScopedValue.newInstance();
  private static final Set<String> TABLE_READS =
      Set.of("GetItemRequest", "BatchGetItemRequest", "QueryRequest");
  private static final Set<String> TABLE_WRITES =
      Set.of(
          "PutItemRequest",
          "UpdateItemRequest",
          "DeleteItemRequest",
          "BatchWriteItemRequest",
          "TransactWriteItemsRequest");
  private static final Set<String> OBJECT_READS =
      Set.of("GetObjectRequest", "HeadObjectRequest", "ListObjectsV2Request");
  private static final Set<String> OBJECT_WRITES =
      Set.of(
          "PutObjectRequest",
          "CreateMultipartUploadRequest",
          "UploadPartRequest",
          "CompleteMultipartUploadRequest",
          "AbortMultipartUploadRequest",
          "ListPartsRequest");

  private static final Set<String> ADVISORY_PREFIXES = Set.of("advisories/", "feeds/");

  /// Who calls.
  ///
  /// @param name for messages
  /// @param queues ids of the stages that it may send to
  public record Role(String name, Set<Grant> grants, Set<String> queues) {
    public Role {
      grants = Set.copyOf(grants);
      queues = Set.copyOf(queues);
    }

    /// The role of the function of an operation.
    public static Role of(Route route) {
      return new Role(route.operationId(), Set.copyOf(route.grants()), Set.of());
    }

    /// The role of a function of the pipeline.
    public static Role of(StageRole stage) {
      return new Role(
          stage.id(),
          Set.copyOf(stage.grants()),
          stage.next().stream().map(StageRole::id).collect(Collectors.toSet()));
    }

    /// The role of a function that runs by the clock.
    public static Role of(TimerRole timer) {
      return new Role(timer.id(), Set.copyOf(timer.grants()), Set.of());
    }

    /// The role of the transfer service: that of all its operations.
    public static Role ofTransfer() {
      EnumSet<Grant> grants = EnumSet.noneOf(Grant.class);
      Contract.routes().stream()
          .filter(route -> route.placement() != Route.Placement.LAMBDA)
          .forEach(route -> grants.addAll(route.grants()));
      return new Role("transfer", grants, Set.of());
    }
  }

  /// Does the work with the grants of a role and no others.
  public static <T, X extends Throwable> T as(Role role, ScopedValue.CallableOp<T, X> work)
      throws X {
    return ScopedValue.where(ROLE, role).call(work);
  }

  /// Refuses what no call to AWS stands for on a laptop, such as a key in a file in the place of
  /// one in KMS, where the role that works now has none of the grants. Outside any role all is
  /// allowed.
  public static void require(String action, Grant... grants) {
    if (ROLE.isBound() && Stream.of(grants).noneMatch(ROLE.get().grants()::contains)) {
      throw denied(ROLE.get(), action, grants[0].id());
    }
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    if (ROLE.isBound()) {
      check(ROLE.get(), context.request());
    }
  }

  private static void check(Role role, SdkRequest request) {
    String call = request.getClass().getSimpleName();
    switch (request) {
      case DynamoDbRequest table -> {
        for (String name : tables(table)) {
          require(role, call, name, access(call, TABLE_READS, TABLE_WRITES));
        }
      }
      case S3Request object when isOfAdvisories(role, object) -> {}
      case S3Request object -> {
        String bucket = object.getValueForField("Bucket", String.class).orElse("");
        require(role, call, bucket, access(call, OBJECT_READS, OBJECT_WRITES));
      }
      case SendMessageRequest message -> send(role, call, message.queueUrl());
      case SendMessageBatchRequest messages -> send(role, call, messages.queueUrl());
      default -> {}
    }
  }

  /// A grant that holds for a part of a bucket.
  private static boolean isOfAdvisories(Role role, S3Request request) {
    String key =
        request
            .getValueForField("Key", String.class)
            .or(() -> request.getValueForField("Prefix", String.class))
            .orElse("");
    return role.grants().contains(Grant.ADVISORIES_MAINTAIN)
        && ADVISORY_PREFIXES.stream().anyMatch(key::startsWith);
  }

  private static void send(Role role, String call, String queue) {
    if (role.queues().stream().noneMatch(id -> names(queue, id))) {
      throw denied(role, call, queue);
    }
  }

  private static Optional<String> access(String call, Set<String> reads, Set<String> writes) {
    if (reads.contains(call)) {
      return Optional.of("read");
    }
    return writes.contains(call) ? Optional.of("write") : Optional.empty();
  }

  /// Resources without a context in their names are a test's own.
  private static void require(Role role, String call, String resource, Optional<String> access) {
    List<String> contexts =
        Stream.of(Grant.values())
            .map(grant -> grant.id().split(":", 2)[0])
            .distinct()
            .filter(context -> names(resource, context))
            .toList();
    for (String context : contexts) {
      Optional<Grant> grant = access.flatMap(kind -> Grant.find(context + ":" + kind));
      if (grant.isEmpty() || !role.grants().contains(grant.get())) {
        throw denied(role, call, resource);
      }
    }
  }

  private static IllegalStateException denied(Role role, String call, String resource) {
    String action = call.replace("Request", "");
    return new IllegalStateException(
        role.name()
            + " may not "
            + action
            + " on "
            + resource
            + ": a grant is missing in the contract");
  }

  private static boolean names(String resource, String word) {
    return List.of(resource.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1)).contains(word);
  }

  private static List<String> tables(DynamoDbRequest request) {
    return switch (request) {
      case BatchGetItemRequest batch -> List.copyOf(batch.requestItems().keySet());
      case BatchWriteItemRequest batch -> List.copyOf(batch.requestItems().keySet());
      case TransactWriteItemsRequest transaction ->
          transaction.transactItems().stream().map(GrantGuard::table).distinct().toList();
      default ->
          new ArrayList<>(
              request.getValueForField("TableName", String.class).map(List::of).orElse(List.of()));
    };
  }

  private static String table(TransactWriteItem item) {
    if (item.put() != null) {
      return item.put().tableName();
    }
    if (item.update() != null) {
      return item.update().tableName();
    }
    return item.delete() != null ? item.delete().tableName() : item.conditionCheck().tableName();
  }
}
