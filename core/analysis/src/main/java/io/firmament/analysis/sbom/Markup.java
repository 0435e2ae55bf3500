package io.firmament.analysis.sbom;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// What JSON and XML documents of one model have in common: objects, lists and texts.
///
/// Whoever writes to it keeps the order of the XML schema, which JSON does not mind, and writes the
/// attributes of an object before anything else of it. Nothing is kept back but a buffer of fixed
/// size.
interface Markup extends Closeable {
  /// Begins an object that is the member `name` of the one that is open.
  void open(String name) throws IOException;

  /// Begins an object that is an element of the list that is open.
  void openItem() throws IOException;

  /// Ends the object that is open.
  void endObject() throws IOException;

  /// Begins a list that JSON calls `name`.
  ///
  /// @param wrapper the XML element around the elements; empty where they stand by themselves
  /// @param item the XML element of each
  void list(String name, String wrapper, String item) throws IOException;

  /// Ends the list that is open.
  void endList() throws IOException;

  /// A text that is an element of the list that is open.
  void item(String value) throws IOException;

  /// A reference by `ref` that is an element of the list that is open.
  void reference(String ref) throws IOException;

  /// A short text that is an attribute in XML; nothing where it is null.
  void attribute(String name, @Nullable String value) throws IOException;

  /// A text; nothing where it is null.
  void text(String name, @Nullable String value) throws IOException;

  void number(String name, long value) throws IOException;

  void number(String name, double value) throws IOException;

  void flag(String name, boolean value) throws IOException;

  /// The text of the object itself in XML, which JSON has as the member `name`.
  void content(String name, String value) throws IOException;

  /// A list of texts as [#list] has it.
  default void texts(String name, String wrapper, String item, Collection<String> values)
      throws IOException {
    list(name, wrapper, item);
    for (String value : values) {
      item(value);
    }
    endList();
  }

  /// Ends the document and writes what is buffered; the stream below stays open.
  @Override
  void close() throws IOException;
}
