package io.firmament.analysis.advisory.feeds;

import java.io.IOException;

/// Where an importer puts what it reads, record by record.
public interface FactSink {
  void vulnerability(VulnerabilityFacts facts) throws IOException;

  void exploited(KnownExploited row) throws IOException;
}
