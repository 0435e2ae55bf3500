package io.firmament.platform.firmware;

/// Asks for one stage of one analysis.
public record StageMessage(AnalysisKey key, Stage stage) {}
