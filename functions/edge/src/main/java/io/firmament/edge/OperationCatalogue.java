package io.firmament.edge;

import java.util.Optional;

/// The operations a process can run; each is built when it is first asked for.
public interface OperationCatalogue {
  Optional<Operation> find(String operationId);
}
