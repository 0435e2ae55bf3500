package io.firmament.graphql;

import graphql.TypeResolutionEnvironment;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.LightDataFetcher;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.TypeRuntimeWiring;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which code answers which field. Every field of the schema is named here; none is found by
/// reflection.
final class FieldTable {
  private final GraphQLCodeRegistry.Builder registry;
  private final RuntimeWiring.Builder wiring;
  private final Map<Class<?>, String> members = new LinkedHashMap<>();

  FieldTable(GraphQLCodeRegistry.Builder registry, RuntimeWiring.Builder wiring) {
    this.registry = registry;
    this.wiring = wiring;
  }

  /// Answers a field from its object, its arguments and what the request may see.
  interface Fetch<T> {
    @Nullable Object get(T source, Arguments arguments, Scope scope);
  }

  /// The fields of an object type whose values are `source`s.
  <T> Fields<T> type(String name, Class<T> source) {
    members.put(source, name);
    return new Fields<>(name, source);
  }

  /// A union or interface of types that are in this table.
  void abstractType(String name) {
    wiring.type(TypeRuntimeWiring.newTypeWiring(name).typeResolver(each -> member(name, each)));
  }

  private GraphQLObjectType member(String name, TypeResolutionEnvironment environment) {
    Class<?> value = Objects.requireNonNull(environment.<Object>getObject()).getClass();
    String member = members.get(value);
    if (member == null) {
      throw new IllegalStateException(value + " is no member of " + name);
    }
    return Objects.requireNonNull(environment.getSchema().getObjectType(member), member);
  }

  /// The fields of one type.
  final class Fields<T> {
    private final String type;
    private final Class<T> source;

    private Fields(String type, Class<T> source) {
      this.type = type;
      this.source = source;
    }

    /// A field that its object has in memory.
    Fields<T> value(String field, Function<T, ? extends @Nullable Object> read) {
      return put(field, new Read<>(source, read));
    }

    /// A field that needs arguments, another object, or a permission.
    Fields<T> fetch(String field, Fetch<T> fetch) {
      return put(
          field,
          environment ->
              plain(
                  fetch.get(
                      cast(source, environment.getSource()),
                      new Arguments(environment.getArguments()),
                      Scope.of(environment))));
    }

    private Fields<T> put(String field, DataFetcher<?> fetcher) {
      registry.dataFetcher(FieldCoordinates.coordinates(type, field), fetcher);
      return this;
    }
  }

  private static <T> T cast(Class<T> type, @Nullable Object object) {
    return type.cast(Objects.requireNonNull(object, "a field of nothing"));
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return value instanceof Optional<?> optional ? optional.orElse(null) : value;
  }

  /// The fetcher of a field in memory, for which the engine need not prepare an environment.
  private record Read<T>(Class<T> source, Function<T, ? extends @Nullable Object> read)
      implements LightDataFetcher<@Nullable Object> {
    @Override
    public @Nullable Object get(
        GraphQLFieldDefinition field,
        Object object,
        Supplier<DataFetchingEnvironment> environment) {
      return plain(read.apply(source.cast(object)));
    }

    @Override
    public @Nullable Object get(DataFetchingEnvironment environment) {
      return plain(read.apply(cast(source, environment.getSource())));
    }
  }
}
