package io.firmament.schema.compiler;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractCompilerTest {
  private static final String GOOD =
      """
      get:
        operationId: getThing
        summary: A thing
        tags: [things]
        x-auth: tenant
        x-permission: things.read
        x-grants: [firmware:read]
        parameters: [{ name: id, in: path }]
        responses: { '200': { $ref: '../openapi.yaml#/components/responses/Ok' } }
      """;

  @TempDir Path folder = Path.of("");

  @Test
  void acceptsACompleteContract() throws IOException {
    compile(GOOD);
    assertTrue(
        Files.readString(folder.resolve("out/routes.tsv"))
            .startsWith("getThing\tGET\t/things/{id}\tTENANT\tthings.read\t"));
  }

  @Test
  void saysWhatToDoAboutEachMistake() {
    refuses("add permission things.write", GOOD.replace("things.read", "things.write"));
    refuses("add the missing field `operationId`", GOOD.replace("operationId", "operation"));
    refuses("choose another operationId", GOOD + GOOD.replace("get:", "put:"));
    refuses("add firmware:eat to Grant", GOOD.replace("firmware:read", "firmware:eat"));
    refuses("`x-auth` must be one of", GOOD.replace("tenant", "maybe"));
    refuses("declare the path parameters", GOOD.replace("in: path", "in: query"));
    refuses("nothing is at", GOOD.replace("responses/Ok", "responses/Oh"));
    refuses("use one of", GOOD.replace("get:", "fetch:"));
    refuses("a permission needs an x-auth", GOOD.replace("x-auth: tenant", "x-auth: none"));
    refuses("is not YAML", GOOD + "get: {}\n");
    refuses("runs-on", GOOD + "  x-function: { runs-on: moon }\n");
    refuses("`memory` must be a positive", GOOD + "  x-function: { memory: none }\n");
  }

  private void refuses(String words, String item) {
    ContractException refusal = assertThrows(ContractException.class, () -> compile(item));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.startsWith("thing.yaml: ") && message.contains(words), message);
  }

  private void compile(String item) throws IOException {
    Files.createDirectories(folder.resolve("paths"));
    Files.writeString(
        folder.resolve("openapi.yaml"),
        """
        paths: { '/things/{id}': { $ref: paths/thing.yaml } }
        components: { responses: { Ok: { description: Done. } } }
        """);
    Files.writeString(folder.resolve("paths/thing.yaml"), item);
    Files.writeString(
        folder.resolve("permissions.yaml"),
        """
        roles: [admin]
        permissions: [{ id: things.read, scope: tenant, description: Read, roles: [admin] }]
        """);
    Files.writeString(folder.resolve("problems.yaml"), "problems: []\n");
    new ContractCompiler(folder, folder).writeTo(folder.resolve("out"));
  }
}
