package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.avaje.jsonb.Jsonb;
import io.firmament.base.Problem;
import io.firmament.edge.Operation;
import io.firmament.infra.FirmamentApp;
import io.firmament.platform.identity.Permission;
import io.firmament.rest.Operations;
import io.firmament.schema.Contract;
import io.firmament.schema.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract, the code, the local gateway and the deployment have the same operations,
/// permissions and problems: none has one that another lacks.
final class SameSetTest {
  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.firmament");
  private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "PATCH", "DELETE");

  /// What no REST operation class serves: the transfer service itself, and the GraphQL function.
  private static final Set<String> NOT_REST = Set.of("uploadFirmware", "graphql");

  /// Problems that clients are to expect before anything throws them.
  private static final Set<String> ANNOUNCED = Set.of("BaseProblem.THROTTLED");

  @Test
  void theContractAndTheRegisteredOperationsAreTheSame() {
    same("the contract", operations(NOT_REST), "io.firmament.rest.Operations", Operations.ids());
  }

  @Test
  void everyOperationClassIsRegisteredUnderItsName() {
    Set<String> classes =
        CODE.stream()
            .filter(type -> type.getPackageName().startsWith("io.firmament.rest"))
            .filter(type -> type.isAssignableTo(Operation.class))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(type -> lowerFirst(type.getSimpleName()))
            .collect(Collectors.toSet());
    same("the operation classes", classes, "io.firmament.rest.Operations", Operations.ids());
  }

  @Test
  void theLocalGatewayHasTheRoutesOfTheContractAndNoOther() {
    Set<String> contract =
        Contract.routes().stream()
            .map(route -> route.method() + " " + route.pathTemplate())
            .collect(Collectors.toSet());
    Set<String> served = new TreeSet<>();
    Set<String> templates =
        Contract.routes().stream().map(Route::pathTemplate).collect(Collectors.toSet());
    templates.addAll(List.of("/", "/api", "/healthz", "/api/v1", "/api/v1/devices/{name}/x"));
    for (String template : templates) {
      for (String method : METHODS) {
        Answer answer = Call.of(method, template.replaceAll("\\{[^}]*}", "x")).send();
        assertTrue(answer.status() < 500, method + " " + template + ": " + answer);
        if (!answer.code().equals("no_such_route")) {
          served.add(method + " " + template);
        }
      }
    }
    same("the contract", contract, "the local gateway", served);
  }

  @Test
  void theTemplatesHaveTheRoutesAndFunctionsOfTheContractAndNoOther(@TempDir Path folder)
      throws IOException {
    Path code = Files.createDirectory(folder.resolve("code"));
    Files.writeString(code.resolve("placeholder"), "not the code");
    FirmamentApp.synthesize(code, folder.resolve("out"));
    List<Map<?, ?>> resources = resources(folder.resolve("out"));
    List<Route> inFunctions =
        Contract.routes().stream().filter(route -> route.placement().hasFunction()).toList();
    same(
        "the contract",
        inFunctions.stream().map(r -> r.method() + " " + r.pathTemplate()).toList(),
        "the templates' routes",
        resources.stream()
            .filter(each -> "AWS::ApiGatewayV2::Route".equals(each.get("Type")))
            .map(each -> String.valueOf(at(each, "Properties", "RouteKey")))
            .toList());
    same(
        "the contract",
        inFunctions.stream().map(Route::operationId).toList(),
        "the templates' functions",
        resources.stream()
            .filter(each -> "AWS::Lambda::Function".equals(each.get("Type")))
            .filter(each -> !isOfThePipeline(each))
            .filter(each -> !isStartedByTheClock(each))
            .map(each -> at(each, "Properties", "Environment", "Variables", "OPERATION"))
            .map(String::valueOf)
            .toList());
  }

  private static boolean isStartedByTheClock(Map<?, ?> function) {
    return at(function, "Properties", "Handler").equals("io.firmament.rest.TimerFunction");
  }

  private static boolean isOfThePipeline(Map<?, ?> function) {
    return String.valueOf(at(function, "Properties", "Handler")).startsWith("io.firmament.stages.");
  }

  @Test
  void theCatalogueAndTheCodeHaveTheSamePermissions() {
    same(
        "permissions.yaml",
        Contract.permissions().stream().map(p -> p.id() + " " + p.scope()).toList(),
        "Permission",
        Arrays.stream(Permission.values())
            .map(p -> p.id() + " " + p.scope().name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList());
    Set<String> known =
        Contract.permissions().stream()
            .map(Contract.PermissionEntry::id)
            .collect(Collectors.toSet());
    for (Route route : Contract.routes()) {
      route
          .permission()
          .ifPresent(id -> assertTrue(known.contains(id), route.operationId() + ": " + id));
    }
  }

  @Test
  void theCatalogueAndTheCodeHaveTheSameProblems() {
    same(
        "problems.yaml",
        Contract.problems().stream()
            .map(p -> p.source() + "." + p.code() + " " + p.category())
            .toList(),
        "the enums",
        problems().values().stream()
            .map(
                problem ->
                    ((Enum<?>) problem).getDeclaringClass().getSimpleName()
                        + "."
                        + problem.code()
                        + " "
                        + problem.category())
            .toList());
  }

  /// A problem that nothing throws is a promise that is not kept.
  @Test
  void everyProblemOfTheCatalogueIsThrownSomewhere() {
    Set<String> thrown = new TreeSet<>(ANNOUNCED);
    for (JavaClass type : CODE) {
      if (type.isAssignableTo(Problem.class) && type.isEnum()) {
        for (JavaField field : type.getFields()) {
          boolean used =
              field.getAccessesToSelf().stream()
                  .anyMatch(access -> !access.getOriginOwner().equals(type));
          if (used && problems().containsKey(type.getSimpleName() + "." + field.getName())) {
            thrown.add(type.getSimpleName() + "." + field.getName());
          }
        }
      }
    }
    same("the enums of problems", problems().keySet(), "what the code throws", thrown);
  }

  /// The problems by `Enum.CONSTANT`.
  private static Map<String, Problem> problems() {
    Map<String, Problem> problems = new TreeMap<>();
    for (JavaClass type : CODE) {
      if (type.isAssignableTo(Problem.class) && !type.isInterface()) {
        for (Object constant : type.reflect().getEnumConstants()) {
          problems.put(type.getSimpleName() + "." + constant, (Problem) constant);
        }
      }
    }
    assertTrue(problems.size() > 40, "the enums are found");
    return problems;
  }

  private static Set<String> operations(Set<String> without) {
    return Contract.routes().stream()
        .map(Route::operationId)
        .filter(id -> !without.contains(id))
        .collect(Collectors.toSet());
  }

  private static List<Map<?, ?>> resources(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".template.json"))
          .map(SameSetTest::read)
          .map(template -> template.get("Resources"))
          .flatMap(found -> found instanceof Map<?, ?> map ? map.values().stream() : Stream.of())
          .<Map<?, ?>>map(each -> (Map<?, ?>) each)
          .toList();
    }
  }

  private static Map<?, ?> read(Path file) {
    try {
      return (Map<?, ?>) Jsonb.instance().type(Object.class).fromJson(Files.readString(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Object at(Object value, String... names) {
    Object found = value;
    for (String name : names) {
      found = found instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return found == null ? "" : found;
  }

  private static String lowerFirst(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  private static void same(
      String oneName, Collection<String> one, String otherName, Collection<String> other) {
    assertTrue(!one.isEmpty() && !other.isEmpty(), oneName + " or " + otherName + " is empty");
    Set<String> missing = new TreeSet<>(one);
    missing.removeAll(other);
    Set<String> more = new TreeSet<>(other);
    more.removeAll(one);
    assertEquals(
        "",
        (missing.isEmpty() ? "" : otherName + " lacks " + missing + " of " + oneName + ". ")
            + (more.isEmpty() ? "" : oneName + " lacks " + more + " of " + otherName + "."));
    assertEquals(one.size(), other.size(), oneName + " or " + otherName + " has one twice");
  }
}
