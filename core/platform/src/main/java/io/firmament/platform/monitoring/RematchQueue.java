package io.firmament.platform.monitoring;

import java.util.Collection;

/// Where it is asked for that a firmware is matched again; delivers at least once, in any order.
public interface RematchQueue {
  void send(Collection<FirmwareRef> firmware);
}
