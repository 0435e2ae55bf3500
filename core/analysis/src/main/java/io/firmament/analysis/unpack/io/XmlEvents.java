package io.firmament.analysis.unpack.io;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Goes through a small XML document in UTF-8; bytes that are none are replaced. Document types are
/// not read, so that nothing outside is asked for and nothing grows.
public final class XmlEvents {
  private static final int DEEPEST = 256;

  private XmlEvents() {}

  /// Hears of elements.
  public interface Listener {
    void start(XMLStreamReader element) throws CorruptException;

    /// @param text all that is directly in the element, without blanks at its ends
    void end(String name, String text) throws CorruptException;
  }

  public static void read(byte[] document, Listener listener) throws CorruptException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setXMLReporter((message, error, related, place) -> {});
    // Characters, as the parser complains of malformed bytes on the standard error stream.
    String text = new String(document, StandardCharsets.UTF_8);
    Deque<StringBuilder> texts = new ArrayDeque<>();
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT -> {
            if (texts.size() == DEEPEST) {
              throw new CorruptException("elements in too many others");
            }
            texts.push(new StringBuilder());
            listener.start(reader);
          }
          case XMLStreamConstants.END_ELEMENT ->
              listener.end(reader.getLocalName(), texts.pop().toString().strip());
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (!texts.isEmpty()) {
              texts.peek().append(reader.getText());
            }
          }
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      throw new CorruptException("no well-formed XML");
    }
  }
}
