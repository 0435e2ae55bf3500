package io.firmament.analysis.advisory.feeds;

/// One thing that one feed says of one vulnerability.
public sealed interface Fact
    permits VulnerabilityFacts, KnownExploited, ExploitForecast, DistributionFact {
  /// The id that the feed has it under.
  String id();
}
