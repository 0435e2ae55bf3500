package io.firmament.graphql;

import graphql.schema.DataFetcherFactories;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.firmament.base.Ids;
import io.firmament.platform.firmware.FirmwareStore;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.identity.ApiTokens;
import java.time.Clock;
import java.util.Optional;

/// The contract's schema with the code that answers it.
final class GraphqlSchema {
  private GraphqlSchema() {}

  static GraphQLSchema build(
      ApiTokens tokens,
      FirmwareStore store,
      ObjectStore uploads,
      Optional<String> transferUrl,
      Ids ids,
      Clock clock) {
    GraphQLCodeRegistry.Builder registry = GraphQLCodeRegistry.newCodeRegistry();
    registry.defaultDataFetcher(
        DataFetcherFactories.useDataFetcher(
            environment -> {
              throw new IllegalStateException(
                  "no code for field " + environment.getField().getName());
            }));
    RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring();
    FieldTable table = new FieldTable(registry, wiring);
    new IdentityFields(tokens, clock).register(table);
    new FirmwareFields().register(table);
    new UnpackingFields().register(table);
    new FindingFields().register(table);
    new ComparisonFields().register(table);
    new UploadFields(store, uploads, transferUrl, ids, clock).register(table);
    new ReportFields().register(table);
    registerErrors(table);
    TypeDefinitionRegistry types = new SchemaParser().parse(SchemaText.read());
    wiring.codeRegistry(registry).scalar(Scalars.dateTime()).scalar(Scalars.whole());
    return new SchemaGenerator().makeExecutableSchema(types, wiring.build());
  }

  private static void registerErrors(FieldTable table) {
    table
        .type("MutationError", MutationRefusal.class)
        .value("count", refusal -> refusal.errors().size())
        .value("errors", MutationRefusal::errors);
    table
        .type("ValidationError", MutationRefusal.Reason.Field.class)
        .value("message", MutationRefusal.Reason::message)
        .value("code", MutationRefusal.Reason::code)
        .value("fieldPath", MutationRefusal.Reason::fieldPath);
    table
        .type("GenericError", MutationRefusal.Reason.General.class)
        .value("message", MutationRefusal.Reason::message)
        .value("code", MutationRefusal.Reason::code)
        .value("fieldPath", MutationRefusal.Reason::fieldPath);
    table.abstractType("Error");
  }
}
