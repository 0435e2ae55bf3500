package io.firmament.agent.update;

/// Who a device is, as its certificate says.
public record Owner(String tenant, String fleet, String device) {}
