package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.DistributionFact;
import io.firmament.analysis.advisory.feeds.ExploitForecast;
import io.firmament.analysis.advisory.feeds.KnownExploited;
import io.firmament.analysis.advisory.feeds.PackageVersions;
import io.firmament.analysis.advisory.feeds.ProductVersions;
import io.firmament.base.finding.VulnerabilitySource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What all sources together say of one vulnerability.
///
/// @param ownFacts whether the configurations are the ones that come with Firmament
/// @param distributions what each distribution says of each of its packages
/// @param sources the most trusted first
record MergedFacts(
    String id,
    List<String> aliases,
    boolean rejected,
    boolean disputed,
    String modified,
    String description,
    @Nullable Double score,
    @Nullable String vector,
    @Nullable String ssvc,
    @Nullable String reason,
    boolean ownFacts,
    List<Condition> configurations,
    List<ProductVersions> products,
    List<PackageVersions> packages,
    List<DistributionFact> distributions,
    @Nullable KnownExploited exploited,
    @Nullable ExploitForecast forecast,
    List<VulnerabilitySource> sources) {}
