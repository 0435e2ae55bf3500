package io.firmament.analysis.sbom;

import java.io.IOException;
import java.io.OutputStream;

/// Writes an SBOM to a stream, one component at a time; the same document gives the same bytes.
public final class SbomWriter {
  private SbomWriter() {}

  /// Writes the document and flushes; the stream stays open.
  public static void write(SbomDocument document, SbomFormat format, OutputStream out)
      throws IOException {
    SpdxLicenses licenses = SpdxLicenses.standard();
    try (Markup markup = markup(format, out)) {
      switch (format.family()) {
        case CYCLONEDX_JSON ->
            CycloneDxWriter.writeJson(document, CycloneDxTerms.of(format), licenses, markup);
        case CYCLONEDX_XML ->
            CycloneDxWriter.writeXml(document, CycloneDxTerms.of(format), licenses, markup);
        case SPDX_JSON, SPDX_XML -> {
          if (format == SbomFormat.SPDX_JSON_3_0_1) {
            Spdx3Writer.write(document, licenses, markup);
          } else {
            Spdx2Writer.write(document, licenses, markup);
          }
        }
      }
    }
    out.flush();
  }

  private static Markup markup(SbomFormat format, OutputStream out) throws IOException {
    return switch (format.family()) {
      // The schema of 1.2 allows single lines only.
      case CYCLONEDX_JSON, SPDX_JSON ->
          new JsonMarkup(out, format != SbomFormat.CYCLONEDX_JSON_1_2);
      case CYCLONEDX_XML ->
          new XmlMarkup(out, "bom", CycloneDxWriter.namespace(CycloneDxTerms.of(format)));
      case SPDX_XML -> new XmlMarkup(out, "Document", "");
    };
  }
}
