package io.firmament.analysis.inventory;

/// What a detector is, for its documentation page.
///
/// @param id the name its evidence carries
/// @param technique the CycloneDX evidence technique
/// @param reads which files it looks at
/// @param says what it concludes
/// @param limits what it cannot tell
record DetectorCard(String id, String technique, String reads, String says, String limits) {}
