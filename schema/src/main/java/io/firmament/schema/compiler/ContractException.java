package io.firmament.schema.compiler;

/// The contract is wrong: the message names the file and says what to do.
public final class ContractException extends RuntimeException {
  public ContractException(String file, String whatToDo) {
    super(file + ": " + whatToDo);
  }
}
