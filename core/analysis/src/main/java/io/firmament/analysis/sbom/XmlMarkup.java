package io.firmament.analysis.sbom;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Writes XML 1.0; what it has no place for, most control characters and lone surrogates, becomes
/// U+FFFD.
final class XmlMarkup implements Markup {
  private static final int BUFFER = 1 << 13;

  private final BufferedWriter out;
  private final String root;
  private final Deque<String> elements = new ArrayDeque<>();
  private final Deque<OpenList> lists = new ArrayDeque<>();
  private boolean tagOpen;

  /// A list with the element around it, which may be empty, and the element of each.
  private record OpenList(String wrapper, String item) {}

  /// Begins the document with its root element.
  ///
  /// @param namespace the default namespace; empty for none
  XmlMarkup(OutputStream out, String root, String namespace) throws IOException {
    this.out =
        new BufferedWriter(
            new OutputStreamWriter(out, StandardCharsets.UTF_8.newEncoder()), BUFFER);
    this.root = root;
    this.out.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    start(root);
    if (!namespace.isEmpty()) {
      attribute("xmlns", namespace);
    }
  }

  private void start(String name) throws IOException {
    endTag();
    out.write('<');
    out.write(name);
    tagOpen = true;
  }

  private void end(String name) throws IOException {
    if (tagOpen) {
      out.write("/>");
      tagOpen = false;
    } else {
      out.write("</");
      out.write(name);
      out.write('>');
    }
  }

  private void endTag() throws IOException {
    if (tagOpen) {
      out.write('>');
      tagOpen = false;
    }
  }

  @Override
  public void open(String name) throws IOException {
    start(name);
    elements.push(name);
  }

  @Override
  public void openItem() throws IOException {
    open(lists.element().item());
  }

  @Override
  public void endObject() throws IOException {
    end(elements.pop());
  }

  @Override
  public void list(String name, String wrapper, String item) throws IOException {
    lists.push(new OpenList(wrapper, item));
    if (!wrapper.isEmpty()) {
      start(wrapper);
    }
  }

  @Override
  public void endList() throws IOException {
    OpenList list = lists.pop();
    if (!list.wrapper().isEmpty()) {
      end(list.wrapper());
    }
  }

  @Override
  public void item(String value) throws IOException {
    text(lists.element().item(), value);
  }

  @Override
  public void reference(String ref) throws IOException {
    start(lists.element().item());
    attribute("ref", ref);
    end(lists.element().item());
  }

  @Override
  public void attribute(String name, @Nullable String value) throws IOException {
    if (value != null) {
      out.write(' ');
      out.write(name);
      out.write("=\"");
      escape(value, true);
      out.write('"');
    }
  }

  @Override
  public void text(String name, @Nullable String value) throws IOException {
    if (value != null) {
      start(name);
      content(name, value);
      end(name);
    }
  }

  @Override
  public void number(String name, long value) throws IOException {
    text(name, String.valueOf(value));
  }

  @Override
  public void number(String name, double value) throws IOException {
    text(name, String.valueOf(value));
  }

  @Override
  public void flag(String name, boolean value) throws IOException {
    text(name, String.valueOf(value));
  }

  @Override
  public void content(String name, String value) throws IOException {
    endTag();
    escape(value, false);
  }

  @Override
  public void close() throws IOException {
    end(root);
    out.write('\n');
    out.flush();
  }

  /// What a reader would normalise, line ends and tabs in attributes, is kept as references.
  private void escape(String text, boolean attribute) throws IOException {
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c >= 0x40 && c < Character.MIN_SURROGATE) || c == ' ') {
        continue;
      }
      boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length();
      if (pair && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      String escaped = escaped(c, attribute);
      if (escaped != null) {
        out.write(text, plain, i - plain);
        out.write(escaped);
        plain = i + 1;
      }
    }
    out.write(text, plain, text.length() - plain);
  }

  private static @Nullable String escaped(char c, boolean attribute) {
    return switch (c) {
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '&' -> "&amp;";
      case '"' -> "&quot;";
      case '\t' -> attribute ? "&#9;" : null;
      case '\n' -> attribute ? "&#10;" : null;
      case '\r' -> "&#13;";
      default -> c < 0x20 || Character.isSurrogate(c) || c >= 0xFFFE ? "\uFFFD" : null;
    };
  }
}
