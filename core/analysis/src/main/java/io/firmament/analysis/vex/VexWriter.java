package io.firmament.analysis.vex;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.firmament.analysis.sbom.SbomFormat;
import io.firmament.analysis.sbom.SbomWriter;
import java.io.IOException;
import java.io.OutputStream;

/// Writes VEX documents; the same report gives the same bytes.
public final class VexWriter {
  private static final JsonFactory FACTORY = new JsonFactory();

  private VexWriter() {}

  /// Writes the report; the stream stays open.
  public static void write(VexReport report, VexFormat format, OutputStream out)
      throws IOException {
    if (format == VexFormat.CYCLONEDX) {
      SbomWriter.write(report.document(), SbomFormat.CYCLONEDX_JSON_1_7, out);
      return;
    }
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      if (format == VexFormat.OPENVEX) {
        new OpenVexWriter(report, json).write();
      } else {
        new CsafWriter(report, json).write();
      }
    }
  }
}
