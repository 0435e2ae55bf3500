package io.firmament.analysis.sbom;

import java.io.IOException;
import java.io.OutputStream;

/// Writes an SBOM to a stream, one component at a time; the same document gives the same bytes.
public final class SbomWriter {
  private SbomWriter() {}

  private static void pending() {
    throw new UnsupportedOperationException("not written yet");
  }

  /// Writes the document and flushes; the stream stays open.
  public static void write(SbomDocument document, SbomFormat format, OutputStream out)
      throws IOException {
    pending();
    out.flush();
  }
}
