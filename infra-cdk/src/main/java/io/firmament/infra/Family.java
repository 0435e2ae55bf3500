package io.firmament.infra;

import java.util.Locale;

/// The zips that functions run from, split by what they depend on: REST carries neither GraphQL nor
/// the analysis.
enum Family {
  REST("rest", "io.firmament.rest.RestFunction"),
  GRAPHQL("graphql", "io.firmament.graphql.GraphqlFunction"),
  STAGES("stages", "io.firmament.stages.StageFunction");

  private final String module;
  private final String handler;

  Family(String module, String handler) {
    this.module = module;
    this.handler = handler;
  }

  /// The family that the contract names.
  static Family of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /// Its folder under `functions/`.
  String module() {
    return module;
  }

  /// The entry class; its method is the Lambda interface's.
  String handler() {
    return handler;
  }
}
