package io.firmament.bench;

import io.firmament.analysis.sbom.SbomDocument;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.analysis.sbom.SbomSubject;
import io.firmament.analysis.sbom.SbomTool;
import io.firmament.analysis.sbom.SbomWriter;
import io.firmament.base.Sha256;
import io.firmament.base.finding.Component;
import io.firmament.base.finding.Confidence;
import io.firmament.base.finding.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.cyclonedx.Version;
import org.cyclonedx.exception.GeneratorException;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.generators.BomGeneratorFactory;
import org.cyclonedx.model.Bom;
import org.cyclonedx.parsers.JsonParser;

/// Writing an SBOM, as a ratio to the CycloneDX library writing what it read of ours, by turns in
/// one run. Arguments: components, 10,000 unless given, and rounds, 15 unless given.
public final class SbomBenchmark {
  private static final int COMPONENTS = 10_000;
  private static final int ROUNDS = 15;

  private SbomBenchmark() {}

  /// Writes the document once.
  @FunctionalInterface
  private interface Reference {
    String write() throws GeneratorException;
  }

  public static void main(String[] arguments) throws Exception {
    int count = arguments.length > 0 ? Integer.parseInt(arguments[0]) : COMPONENTS;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : ROUNDS;
    SbomDocument document = document(count);
    Bom bom = bom(document);
    compare(
        document,
        SbomFormat.CYCLONEDX_JSON_1_6,
        () -> BomGeneratorFactory.createJson(Version.VERSION_16, bom).toJsonString(),
        rounds);
    compare(
        document,
        SbomFormat.CYCLONEDX_XML_1_6,
        () -> BomGeneratorFactory.createXml(Version.VERSION_16, bom).toXmlString(),
        rounds);
  }

  private static void compare(
      SbomDocument document, SbomFormat format, Reference reference, int rounds) throws Exception {
    Samples theirs = new Samples();
    Samples ours = new Samples();
    double first = 0;
    long bytes = 0;
    int characters = 0;
    for (int round = 0; round <= rounds; round++) {
      long begin = System.nanoTime();
      characters = reference.write().getBytes(StandardCharsets.UTF_8).length;
      double library = (System.nanoTime() - begin) / 1e6;
      Counter counter = new Counter();
      begin = System.nanoTime();
      SbomWriter.write(document, format, counter);
      double own = (System.nanoTime() - begin) / 1e6;
      bytes = counter.bytes;
      if (round == 0) {
        first = own / library;
      } else {
        theirs.add(library);
        ours.add(own);
      }
    }
    System.out.printf(
        "%s: library %s ms for %.1f MB, ours %s ms for %.1f MB, ratio %.2f, in the first run"
            + " %.2f%n",
        format,
        theirs,
        characters / 1e6,
        ours,
        bytes / 1e6,
        ours.median() / theirs.median(),
        first);
  }

  /// What the library makes of our own document, so that both write the same.
  private static Bom bom(SbomDocument document) throws IOException, ParseException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SbomWriter.write(document, SbomFormat.CYCLONEDX_JSON_1_6, out);
    return new JsonParser().parse(out.toByteArray());
  }

  private static SbomDocument document(int count) {
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "product" + i;
      String version = "1." + i % 100 + "." + i % 7;
      components.add(
          new Component(
              "component-" + i,
              "library",
              name,
              version,
              null,
              "vendor",
              name,
              "cpe:2.3:a:vendor:" + name + ":" + version + ":*:*:*:*:*:*:*",
              "pkg:generic/" + name + "@" + version,
              List.of("GPL-2.0-only"),
              null,
              null,
              false,
              List.of("usr/lib/lib" + name + ".so"),
              1,
              List.of(
                  new Evidence(
                      "rule:" + name,
                      "binary-analysis",
                      "usr/lib/lib" + name + ".so",
                      4096L,
                      name + " " + version,
                      Confidence.HIGH))));
    }
    return SbomDocument.of(
        new SbomSubject("image", "1", "Acme", Sha256.of(new byte[] {1}), null),
        components,
        List.of(),
        new SbomTool("Firmament", "firmament", "1"),
        Instant.EPOCH);
  }

  /// Counts what is written.
  private static final class Counter extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] written, int from, int length) {
      bytes += length;
    }
  }
}
