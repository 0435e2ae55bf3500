package io.firmament.schema.compiler;

import io.firmament.schema.Grant;
import io.firmament.schema.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Checks the YAML of the contract and writes `routes.tsv`, `permissions.tsv`, `problems.tsv` and
/// the bundled `openapi.json`.
public final class ContractCompiler {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
  private static final int DEFAULT_MEMORY_MB = 512;
  private static final int DEFAULT_TIMEOUT_SECONDS = 15;

  private final Path openapi;
  private final Path catalogue;

  public ContractCompiler(Path openapi, Path catalogue) {
    this.openapi = openapi;
    this.catalogue = catalogue;
  }

  /// Arguments: folder of the OpenAPI files, folder of the catalogues, folder to write to.
  public static void main(String[] args) throws IOException {
    try {
      new ContractCompiler(Path.of(args[0]), Path.of(args[1])).writeTo(Path.of(args[2]));
    } catch (ContractException e) {
      System.err.println("The contract is wrong. " + e.getMessage());
      System.exit(1);
    }
  }

  public void writeTo(Path folder) throws IOException {
    Set<String> permissionIds = new LinkedHashSet<>();
    List<String> permissions = permissions(permissionIds);
    List<String> problems = problems();
    YamlNode root = YamlNode.load(openapi.resolve("openapi.yaml"));
    Map<String, YamlNode> items = pathItems(root);
    List<String> routes = routes(items, permissionIds);
    Files.createDirectories(folder);
    Files.write(folder.resolve("permissions.tsv"), permissions);
    Files.write(folder.resolve("problems.tsv"), problems);
    Files.write(folder.resolve("routes.tsv"), routes);
    Files.writeString(folder.resolve("openapi.json"), bundle(root, items));
  }

  private List<String> permissions(Set<String> ids) {
    YamlNode file = YamlNode.load(catalogue.resolve("permissions.yaml"));
    List<String> roles = file.texts("roles");
    List<String> lines = new ArrayList<>();
    for (Object item : file.items("permissions")) {
      YamlNode permission = YamlNode.of(file.file(), item);
      String id = permission.text("id");
      if (!ids.add(id)) {
        throw new ContractException(file.file(), "remove the second permission " + id);
      }
      oneOf(permission, "scope", Set.of("tenant", "product-group"));
      List<String> holders = permission.texts("roles");
      for (String role : holders) {
        if (!roles.contains(role)) {
          throw new ContractException(file.file(), id + ": add role " + role + " to `roles`");
        }
      }
      if (!holders.contains("admin")) {
        throw new ContractException(file.file(), id + ": admin holds everything; add it");
      }
      lines.add(
          String.join(
              "\t",
              id,
              permission.text("scope"),
              permission.text("description"),
              String.join(",", holders)));
    }
    return lines;
  }

  private List<String> problems() {
    YamlNode file = YamlNode.load(catalogue.resolve("problems.yaml"));
    Set<String> codes = new LinkedHashSet<>();
    List<String> lines = new ArrayList<>();
    for (Object item : file.items("problems")) {
      YamlNode problem = YamlNode.of(file.file(), item);
      String code = problem.text("code");
      if (!code.matches("[a-z0-9_]+")) {
        throw new ContractException(file.file(), code + ": write codes in lower_case");
      }
      if (!codes.add(code)) {
        throw new ContractException(file.file(), "remove the second problem " + code);
      }
      lines.add(
          String.join(
              "\t",
              code,
              problem.text("category"),
              problem.text("source"),
              problem.text("advice")));
    }
    return lines;
  }

  private Map<String, YamlNode> pathItems(YamlNode root) throws IOException {
    Map<String, YamlNode> items = new LinkedHashMap<>();
    Set<String> used = new LinkedHashSet<>();
    for (String template : root.child("paths").values().keySet()) {
      String reference = root.child("paths").child(template).text("$ref");
      Path file = openapi.resolve(reference);
      if (!Files.isRegularFile(file)) {
        throw new ContractException("openapi.yaml", "create " + reference + " for " + template);
      }
      used.add(String.valueOf(file.getFileName()));
      items.put(template, YamlNode.load(file));
    }
    try (java.util.stream.Stream<Path> files = Files.list(openapi.resolve("paths"))) {
      for (Path file : files.sorted().toList()) {
        if (!used.contains(String.valueOf(file.getFileName()))) {
          throw new ContractException(
              String.valueOf(file.getFileName()), "name it under `paths` in openapi.yaml");
        }
      }
    }
    return items;
  }

  private List<String> routes(Map<String, YamlNode> items, Set<String> permissions) {
    Set<String> operationIds = new LinkedHashSet<>();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, YamlNode> item : items.entrySet()) {
      for (String method : item.getValue().values().keySet()) {
        YamlNode operation = item.getValue().child(method);
        if (!METHODS.contains(method)) {
          throw new ContractException(operation.file(), "use one of " + METHODS + ": " + method);
        }
        Route route = route(method, item.getKey(), operation, permissions);
        if (!operationIds.add(route.operationId())) {
          throw new ContractException(
              operation.file(), "choose another operationId; taken: " + route.operationId());
        }
        checkPathParameters(route.pathTemplate(), operation);
        lines.add(route.line());
      }
    }
    return lines;
  }

  private static Route route(
      String method, String template, YamlNode operation, Set<String> permissions) {
    oneOf(operation, "x-auth", Set.of("none", "tenant", "session", "session-or-key"));
    Route.Auth auth = Route.Auth.of(operation.text("x-auth"));
    String permission = operation.text("x-permission");
    if (!permission.equals("none") && !permissions.contains(permission)) {
      throw new ContractException(
          operation.file(), "add permission " + permission + " to permissions.yaml, or write none");
    }
    if (auth == Route.Auth.NONE && !permission.equals("none")) {
      throw new ContractException(operation.file(), "a permission needs an x-auth other than none");
    }
    operation.text("summary");
    operation.child("responses");
    YamlNode function =
        operation.findChild("x-function").orElseGet(() -> new YamlNode(operation.file(), Map.of()));
    return new Route(
        operation.text("operationId"),
        method.toUpperCase(java.util.Locale.ROOT),
        template,
        auth,
        permission.equals("none") ? Optional.empty() : Optional.of(permission),
        grants(operation, auth),
        function.number("memory", DEFAULT_MEMORY_MB),
        function.number("timeout", DEFAULT_TIMEOUT_SECONDS),
        placement(function),
        function.find("family").orElse("rest"),
        operation.texts("tags"));
  }

  /// What an operation says it needs, and what every authenticated operation needs besides.
  private static List<Grant> grants(YamlNode operation, Route.Auth auth) {
    Set<Grant> grants = new TreeSet<>();
    for (String id : operation.texts("x-grants")) {
      grants.add(
          Grant.find(id)
              .orElseThrow(
                  () -> new ContractException(operation.file(), "add " + id + " to Grant")));
    }
    if (auth != Route.Auth.NONE) {
      grants.add(Grant.IDENTITY_READ);
    }
    if (auth == Route.Auth.TENANT || auth == Route.Auth.SESSION_OR_KEY) {
      grants.add(Grant.TENANT_TOKEN_PUBLIC);
    }
    return List.copyOf(grants);
  }

  private static Route.Placement placement(YamlNode function) {
    String place = function.find("runs-on").orElse("lambda");
    Optional<String> fallback = function.find("fallback");
    return switch (place + fallback.map(name -> "," + name).orElse("")) {
      case "lambda" -> Route.Placement.LAMBDA;
      case "transfer" -> Route.Placement.TRANSFER;
      case "transfer,lambda" -> Route.Placement.TRANSFER_OR_LAMBDA;
      default ->
          throw new ContractException(
              function.file(), "x-function runs-on: lambda or transfer [fallback: lambda]");
    };
  }

  private static void checkPathParameters(String template, YamlNode operation) {
    Set<String> declared = new LinkedHashSet<>();
    if (operation.values().containsKey("parameters")) {
      for (Object item : operation.items("parameters")) {
        YamlNode parameter = YamlNode.of(operation.file(), item);
        if (parameter.find("in").orElse("").equals("path")) {
          declared.add(parameter.text("name"));
        }
      }
    }
    Set<String> named = new LinkedHashSet<>();
    for (String segment : template.split("/", -1)) {
      if (segment.startsWith("{")) {
        named.add(segment.substring(1, segment.length() - 1).replace("+", ""));
      }
    }
    if (!declared.equals(named)) {
      throw new ContractException(
          operation.file(), "declare the path parameters of " + template + ": " + named);
    }
  }

  private static void oneOf(YamlNode node, String key, Set<String> allowed) {
    if (!allowed.contains(node.text(key))) {
      throw new ContractException(node.file(), "`" + key + "` must be one of " + allowed);
    }
  }

  private static String bundle(YamlNode root, Map<String, YamlNode> items) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>(root.values());
    Map<String, @Nullable Object> paths = new LinkedHashMap<>();
    items.forEach((path, item) -> paths.put(path, local(item.values(), root, item.file())));
    document.put("paths", paths);
    Object components = root.values().get("components");
    document.put("components", local(components, root, root.file()));
    return JsonText.of(document);
  }

  /// The same value with every reference into openapi.yaml made local, once it is found there.
  private static @Nullable Object local(@Nullable Object value, YamlNode root, String file) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach(
            (key, item) ->
                copy.put(
                    String.valueOf(key),
                    key.equals("$ref")
                        ? reference(String.valueOf(item), root, file)
                        : local(item, root, file)));
        yield copy;
      }
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(item -> copy.add(local(item, root, file)));
        yield copy;
      }
      case null, default -> value;
    };
  }

  private static String reference(String text, YamlNode root, String file) {
    int hash = text.indexOf('#');
    String pointer = text.substring(Math.max(hash, 0));
    Object target = root.values();
    for (String step : pointer.substring(Math.min(2, pointer.length())).split("/", -1)) {
      target = target instanceof Map<?, ?> map ? map.get(step) : null;
    }
    if (hash < 0 || target == null) {
      throw new ContractException(file, "nothing is at " + text + "; define it or correct $ref");
    }
    return pointer;
  }
}
