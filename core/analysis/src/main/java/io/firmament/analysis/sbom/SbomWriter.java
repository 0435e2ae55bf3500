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
    switch (format) {
      case CYCLONEDX_JSON_1_7, CYCLONEDX_JSON_1_6, CYCLONEDX_JSON_1_5, CYCLONEDX_JSON_1_4 ->
          CycloneDxJson.write(document, CycloneDxTerms.of(format), licenses, out);
      case CYCLONEDX_XML_1_7, CYCLONEDX_XML_1_6, CYCLONEDX_XML_1_5, CYCLONEDX_XML_1_4 ->
          CycloneDxXml.write(document, CycloneDxTerms.of(format), licenses, out);
      case SPDX_JSON_2_3 -> SpdxJson.write(document, licenses, out);
    }
    out.flush();
  }
}
