package io.firmament.aws.fleet;

import io.firmament.platform.fleet.AuditEvent;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// The audit trail as stores of other tables write to it, in their transactions.
public final class AuditTrail {
  private final String table;

  /// @param table the fleet's
  public AuditTrail(String table) {
    this.table = table;
  }

  public TransactWriteItem write(AuditEvent event) {
    return TransactWriteItem.builder()
        .put(Put.builder().tableName(table).item(FleetItems.item(event)).build())
        .build();
  }
}
