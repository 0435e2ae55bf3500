package io.firmament.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// What a build has shown and what it has not: the tests of all modules, on which AWS they ran, and
/// what was skipped and why, from the reports that the modules leave. Argument: the checkout.
public final class BuildSummary {
  private static final Pattern ENGINE = Pattern.compile("AWS under test: (.*)");
  private static final int DEPTH = 5;
  private static final Map<String, String> OTHERS =
      Map.of(
          "LocalStack", "mvn verify -Plocalstack, which needs Docker",
          "an AWS account", "FIRMAMENT_AWS=account mvn verify",
          "moto", "FIRMAMENT_AWS=http://127.0.0.1:5000 mvn verify, beside moto_server");

  private final Map<String, TreeSet<String>> modulesByEngine = new TreeMap<>();
  private final List<String> skipped = new ArrayList<>();
  private final TreeSet<String> modules = new TreeSet<>();
  private int tests;
  private int failed;

  public static void main(String[] arguments) throws IOException {
    Path checkout = Path.of(arguments[0]).toAbsolutePath().normalize();
    BuildSummary summary = new BuildSummary();
    try (Stream<Path> files = Files.find(checkout, DEPTH, (file, _) -> isReport(file))) {
      for (Path report : files.sorted().toList()) {
        summary.read(module(checkout, report), report);
      }
    }
    summary.print(System.out::println);
  }

  /// Adds a report of one test class.
  void read(String module, Path report) throws IOException {
    modules.add(module);
    try (InputStream in = Files.newInputStream(report)) {
      XMLStreamReader xml = factory().createXMLStreamReader(in);
      String test = "";
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
          engines(module, xml.getText());
        } else if (event == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "testcase" -> {
              tests++;
              test = attribute(xml, "classname").replaceAll(".*\\.", "") + "." + attribute(xml, "name");
            }
            case "failure", "error" -> failed++;
            case "skipped" -> skipped.add(module + " " + test + ": " + attribute(xml, "message"));
            default -> {}
          }
        }
      }
    } catch (XMLStreamException e) {
      throw new IOException(report + " is no test report", e);
    }
  }

  /// Says it, a line at a time.
  void print(Consumer<String> line) {
    line.accept("What this build has shown:");
    line.accept(
        "  %d tests in %d modules; %d failed, %d skipped"
            .formatted(tests, modules.size(), failed, skipped.size()));
    skipped.forEach(one -> line.accept("  skipped: " + one));
    modulesByEngine.forEach(
        (engine, in) -> line.accept("  AWS " + engine + ": " + String.join(", ", in)));
    new TreeMap<>(OTHERS)
        .forEach(
            (name, how) -> {
              if (modulesByEngine.keySet().stream().noneMatch(engine -> engine.startsWith(name))) {
                line.accept("  not run on " + name + " (" + how + ")");
              }
            });
  }

  private void engines(String module, String text) {
    Matcher engine = ENGINE.matcher(text);
    while (engine.find()) {
      modulesByEngine.computeIfAbsent(engine.group(1).strip(), _ -> new TreeSet<>()).add(module);
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }

  private static String attribute(XMLStreamReader xml, String name) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? "" : value.lines().findFirst().orElse("");
  }

  private static boolean isReport(Path file) {
    return file.getFileName().toString().matches("TEST-.*\\.xml")
        && String.valueOf(file.getParent()).endsWith("target/surefire-reports");
  }

  /// `adapters/aws` for `adapters/aws/target/surefire-reports/TEST-x.xml`.
  private static String module(Path checkout, Path report) {
    return checkout.relativize(report).toString().replaceFirst("/?target/.*", "");
  }
}
