package io.firmament.local;

/// The demo tenant's credentials.
record Seed(String tenant, String tenantId, String email, String password, String apiToken) {}
