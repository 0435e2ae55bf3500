package io.firmament.graphql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.language.AstPrinter;
import graphql.language.EnumTypeDefinition;
import graphql.language.FieldDefinition;
import graphql.language.ImplementingTypeDefinition;
import graphql.language.InputObjectTypeDefinition;
import graphql.language.InterfaceTypeDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.language.Type;
import graphql.language.UnionTypeDefinition;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import io.firmament.base.Ids;
import io.firmament.platform.identity.ApiTokens;
import io.firmament.platform.identity.SecretSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GraphqlSchemaTest {
  private static final Set<String> UNSERVED =
      Set.of("Report", "ReportConfiguration", "CreatedReportLink");

  private final TypeDefinitionRegistry schema = new SchemaParser().parse(SchemaText.read());

  @Test
  void readsEveryFileOfTheContract() throws IOException {
    Path folder = Path.of("../../schema/src/main/graphql");
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          new TreeSet<>(SchemaText.aggregates()),
          files
              .map(file -> file.getFileName().toString().replace(".graphqls", ""))
              .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  /// Reports are not served yet: all their types have no code at all.
  @Test
  void hasCodeForEveryFieldOfWhatItServes() {
    Set<String> without = new TreeSet<>();
    Set<String> with = new TreeSet<>();
    try (TestPlatform platform = TestPlatform.start()) {
      GraphQLSchema served = served(platform);
      for (GraphQLNamedType type : served.getAllTypesAsList()) {
        if (type instanceof GraphQLObjectType object && !object.getName().startsWith("__")) {
          for (GraphQLFieldDefinition field : object.getFieldDefinitions()) {
            FieldCoordinates place = FieldCoordinates.coordinates(object, field);
            (served.getCodeRegistry().hasDataFetcher(place) ? with : without)
                .add(String.valueOf(place));
          }
        }
      }
    }
    without.removeIf(field -> UNSERVED.contains(field.substring(0, field.indexOf('.'))));
    assertEquals(Set.of(), without);
    with.removeIf(field -> !UNSERVED.contains(field.substring(0, field.indexOf('.'))));
    assertEquals(Set.of(), with, "these are served: take their types out of the exceptions");
  }

  private static GraphQLSchema served(TestPlatform platform) {
    Clock clock = Clock.systemUTC();
    ApiTokens tokens =
        new ApiTokens(platform.identity, new SecretSource(new SecureRandom()), Ids.random(), clock);
    return GraphqlSchema.build(
        tokens, platform.firmware, platform.uploads, Optional.empty(), Ids.random(), clock);
  }

  /// The compatible schema, one fact a line. Fields may have more arguments, inputs more fields,
  /// enums and unions more members than it says, as long as nobody has to give them.
  @Test
  void servesEveryNameOfTheCompatibleSchema() throws IOException {
    Set<String> served = facts();
    List<String> missing = new ArrayList<>();
    for (String fact : compatible()) {
      if (!served.contains(fact)) {
        missing.add(fact);
      }
    }
    assertEquals(List.of(), missing);
  }

  @Test
  void asksOldClientsForNothingNew() throws IOException {
    Set<String> compatible = new TreeSet<>(compatible());
    List<String> demanded = new ArrayList<>();
    for (InputObjectTypeDefinition input : schema.getTypes(InputObjectTypeDefinition.class)) {
      boolean old = compatible.stream().anyMatch(fact -> fact.startsWith(input.getName() + "."));
      input.getInputValueDefinitions().stream()
          .map(field -> input.getName() + "." + field.getName() + ": " + print(field.getType()))
          .filter(fact -> old && fact.endsWith("!") && !compatible.contains(fact))
          .forEach(demanded::add);
    }
    assertEquals(List.of(), demanded);
  }

  @Test
  void describesWhatItAddsToTheCompatibleSchema() throws IOException {
    String compatible = String.join("\n", compatible());
    List<String> silent =
        schema.types().values().stream()
            .filter(type -> type instanceof ObjectTypeDefinition)
            .filter(type -> !compatible.contains(type.getName()))
            .filter(type -> ((ObjectTypeDefinition) type).getDescription() == null)
            .map(type -> type.getName())
            .filter(name -> !name.endsWith("Connection") && !name.startsWith("Deleted"))
            .toList();
    assertEquals(List.of(), silent);
  }

  private Set<String> facts() {
    Set<String> facts = new TreeSet<>();
    List<Object> definitions = new ArrayList<>(schema.types().values());
    schema.objectTypeExtensions().values().forEach(definitions::addAll);
    for (Object definition : definitions) {
      switch (definition) {
        case ObjectTypeDefinition type -> fields(facts, type.getName(), type);
        case InterfaceTypeDefinition type -> fields(facts, type.getName(), type);
        case InputObjectTypeDefinition input ->
            input
                .getInputValueDefinitions()
                .forEach(
                    field ->
                        facts.add(
                            input.getName()
                                + "."
                                + field.getName()
                                + ": "
                                + print(field.getType())));
        case EnumTypeDefinition type ->
            type.getEnumValueDefinitions()
                .forEach(value -> facts.add(type.getName() + "." + value.getName()));
        case UnionTypeDefinition union ->
            union
                .getMemberTypes()
                .forEach(member -> facts.add(union.getName() + " | " + print(member)));
        default -> {}
      }
    }
    return facts;
  }

  private static void fields(Set<String> facts, String name, ImplementingTypeDefinition<?> type) {
    type.getImplements().forEach(each -> facts.add(name + " implements " + print(each)));
    for (Object each : type.getFieldDefinitions()) {
      FieldDefinition field = (FieldDefinition) each;
      String arguments =
          field.getInputValueDefinitions().stream()
              .map(argument -> argument.getName() + ": " + print(argument.getType()))
              .collect(Collectors.joining(", "));
      facts.add(
          name
              + "."
              + field.getName()
              + (arguments.isEmpty() ? "" : "(" + arguments + ")")
              + ": "
              + print(field.getType()));
    }
  }

  private static String print(Type<?> type) {
    return AstPrinter.printAst(type);
  }

  private static List<String> compatible() throws IOException {
    try (InputStream in = GraphqlSchemaTest.class.getResourceAsStream("compatible-schema.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> facts = text.lines().filter(line -> !line.startsWith("#")).toList();
      assertTrue(facts.size() > 150, "the list of the compatible schema is whole");
      return facts;
    }
  }
}
