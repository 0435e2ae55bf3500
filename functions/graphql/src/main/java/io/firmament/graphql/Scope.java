package io.firmament.graphql;

import graphql.ExecutionInput;
import graphql.schema.DataFetchingEnvironment;
import io.firmament.base.ProductGroupId;
import io.firmament.platform.identity.Caller;
import io.firmament.platform.identity.Permission;
import org.jspecify.annotations.Nullable;

/// One request: who asks, what it has read so far, and how much more it may ask for. One thread
/// works on a request.
final class Scope {
  private final Caller caller;
  private final String baseUrl;
  private final String requestId;
  private final Reads reads;
  private final GraphqlLimits limits;
  private long nodes;
  private @Nullable ExecutionInput execution;

  Scope(Caller caller, String baseUrl, String requestId, Reads reads, GraphqlLimits limits) {
    this.caller = caller;
    this.baseUrl = baseUrl;
    this.requestId = requestId;
    this.reads = reads;
    this.limits = limits;
  }

  static Scope of(DataFetchingEnvironment environment) {
    Scope scope = environment.getGraphQlContext().get(Scope.class);
    if (scope == null) {
      throw new IllegalStateException("executed without a scope");
    }
    return scope;
  }

  Caller caller() {
    return caller;
  }

  String baseUrl() {
    return baseUrl;
  }

  String requestId() {
    return requestId;
  }

  Reads reads() {
    return reads;
  }

  /// The execution that ends where the request asks for too much.
  void belongsTo(ExecutionInput input) {
    execution = input;
  }

  /// Whether the caller may see the results of firmware in this product group.
  boolean maySee(ProductGroupId group) {
    return caller.may(Permission.TENANT_VIEW) || caller.may(Permission.FIRMWARE_VIEW, group);
  }

  /// Whether the caller may do anything with firmware in this product group.
  boolean mayNameGroup(ProductGroupId group) {
    if (caller.may(Permission.TENANT_MANAGE) || caller.may(Permission.TENANT_VIEW)) {
      return true;
    }
    for (Permission permission : Permission.values()) {
      if (permission.scope() == Permission.Scope.PRODUCT_GROUP && caller.may(permission, group)) {
        return true;
      }
    }
    return false;
  }

  /// Accounts for objects that the answer is made from; past the limit the whole request ends.
  void spend(int objects) {
    nodes += objects;
    if (nodes > limits.nodes()) {
      if (execution != null) {
        execution.cancel();
      }
      throw GraphqlProblem.RESULT_TOO_LARGE.with("limit", limits.nodes(), "what", "objects");
    }
  }

  boolean overspent() {
    return nodes > limits.nodes();
  }
}
