package io.firmament.stages;

/// The material cannot be analysed, however often one tries; the message tells the uploader why.
final class MaterialException extends Exception {
  MaterialException(String reason) {
    super(reason);
  }
}
