package io.firmament.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;

/// The templates of one deployment, synthesized once, with cdk-nag's verdict beside them.
///
/// @param templates by the stack's name
record Synthesis(Path folder, Map<String, JsonNode> templates) {
  private static final class Default {
    static final Synthesis SYNTHESIS = of(Map.of());
  }

  /// The deployment without any context value, shared by all tests.
  static Synthesis byDefault() {
    return Default.SYNTHESIS;
  }

  static Synthesis of(Map<String, String> context) {
    try {
      Path folder = Files.createTempDirectory("firmament-synth");
      Path code = Files.createDirectory(folder.resolve("code"));
      Files.writeString(code.resolve("placeholder"), "not the code");
      App app =
          new App(
              AppProps.builder()
                  .analyticsReporting(false)
                  .outdir(folder.resolve("out").toString())
                  .build());
      Deployment deployment = Deployment.from(name -> Optional.ofNullable(context.get(name)));
      List<Stack> stacks = new Platform(app, deployment, Artifacts.placeholder(code)).stacks();
      Aspects.of(app).add(AwsSolutionsChecks.Builder.create().build());
      app.synth();
      ObjectMapper mapper = new ObjectMapper();
      Map<String, JsonNode> templates = new TreeMap<>();
      for (Stack stack : stacks) {
        Path file = folder.resolve("out").resolve(stack.getTemplateFile());
        templates.put(stack.getStackName(), mapper.readTree(file.toFile()));
      }
      return new Synthesis(folder.resolve("out"), templates);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// All resources of a type, by stack and logical id.
  Map<String, JsonNode> resources(String type) {
    Map<String, JsonNode> found = new LinkedHashMap<>();
    templates.forEach(
        (stack, template) ->
            template
                .path("Resources")
                .properties()
                .forEach(
                    entry -> {
                      if (entry.getValue().path("Type").asText().equals(type)) {
                        found.put(stack + "/" + entry.getKey(), entry.getValue());
                      }
                    }));
    return found;
  }

  /// The properties of all resources of a type.
  List<JsonNode> properties(String type) {
    return resources(type).values().stream().map(node -> node.path("Properties")).toList();
  }

  /// The one resource of a stack that has this logical id.
  JsonNode resource(String stack, String logicalId) {
    return templates
        .getOrDefault(stack, MissingNode.getInstance())
        .path("Resources")
        .path(logicalId);
  }

  /// Follows a `Ref`, `Fn::GetAtt` or import to the logical id that it names, as far as the text
  /// says: imports carry it in their export's name.
  static String target(JsonNode reference) {
    if (reference.has("Ref")) {
      return reference.path("Ref").asText();
    }
    if (reference.has("Fn::GetAtt")) {
      return reference.path("Fn::GetAtt").get(0).asText();
    }
    return reference.path("Fn::ImportValue").asText();
  }

  static Stream<JsonNode> each(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /// A text or a list of texts, as IAM writes actions.
  static List<String> texts(JsonNode node) {
    return node.isArray() ? each(node).map(JsonNode::asText).toList() : List.of(node.asText());
  }
}
