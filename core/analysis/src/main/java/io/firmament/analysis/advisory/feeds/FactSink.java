package io.firmament.analysis.advisory.feeds;

import java.io.IOException;

/// Where an importer puts what it reads, record by record.
public interface FactSink {
  void take(Fact fact) throws IOException;
}
