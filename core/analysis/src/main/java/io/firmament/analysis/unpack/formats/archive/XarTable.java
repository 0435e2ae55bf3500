package io.firmament.analysis.unpack.formats.archive;

import io.firmament.analysis.unpack.io.CorruptException;
import io.firmament.analysis.unpack.io.XmlEvents;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLStreamReader;

/// The table of contents of a XAR archive.
///
/// @param items folders before what they hold
/// @param digestAt where in the heap the table's own digest is
/// @param heapEnd one past the last byte of the heap that the table names
record XarTable(List<Item> items, long digestAt, long heapEnd) {
  private static final int MOST_ITEMS = 1 << 18;
  private static final long MOST_BYTES = 1L << 48;

  private static final int LONGEST_PATH = 1 << 13;

  /// A file or folder.
  ///
  /// @param parent place of its folder among the items, or -1
  /// @param linked id of the file that a hard link is of
  /// @param link target of a symbolic link
  /// @param offset in the heap
  /// @param length in the heap
  record Item(
      int parent,
      String id,
      String name,
      String type,
      String linked,
      String link,
      int mode,
      long uid,
      long gid,
      long mtime,
      long offset,
      long length,
      String encoding) {}

  static XarTable read(byte[] xml) throws CorruptException {
    Reader reader = new Reader();
    XmlEvents.read(xml, reader);
    return new XarTable(List.copyOf(reader.items), reader.digestAt, reader.heapEnd);
  }

  /// The path of an item; folders have the names of those above them before theirs.
  String path(Item item) throws CorruptException {
    String path = item.name;
    for (int at = item.parent; at >= 0; at = items.get(at).parent) {
      path = items.get(at).name + "/" + path;
      if (path.length() > LONGEST_PATH) {
        throw new CorruptException("a path of more than %d characters".formatted(LONGEST_PATH));
      }
    }
    return path;
  }

  /// What is known of a file whose element is open.
  private static final class Draft {
    private final int place;
    private final int parent;
    private String id = "";
    private String name = "";
    private String type = "file";
    private String linked = "";
    private String link = "";
    private String encoding = "";
    private int mode = 0644;
    private long uid;
    private long gid;
    private long mtime;
    private long offset;
    private long length;

    Draft(int place, int parent) {
      this.place = place;
      this.parent = parent;
    }
  }

  private static final class Reader implements XmlEvents.Listener {
    private final List<Item> items = new ArrayList<>();
    private final Deque<Draft> open = new ArrayDeque<>();
    private final Deque<String> elements = new ArrayDeque<>();
    private long digestAt;
    private long heapEnd;
    private long offset;
    private long length;

    @Override
    public void start(XMLStreamReader element) throws CorruptException {
      String name = element.getLocalName();
      elements.push(name);
      switch (name) {
        case "file" -> {
          if (items.size() == MOST_ITEMS) {
            throw new CorruptException("a table of too many files");
          }
          Draft draft = new Draft(items.size(), open.isEmpty() ? -1 : open.peek().place);
          draft.id = attribute(element, "id");
          open.push(draft);
          items.add(item(draft));
        }
        case "data", "checksum", "signature", "x-signature", "ea" -> {
          offset = 0;
          length = 0;
        }
        case "encoding" -> {
          if (!open.isEmpty() && inside("data")) {
            open.peek().encoding = attribute(element, "style");
          }
        }
        case "type" -> {
          if (!open.isEmpty()) {
            open.peek().linked = attribute(element, "link");
          }
        }
        default -> {}
      }
    }

    private static String attribute(XMLStreamReader element, String name) {
      String value = element.getAttributeValue(null, name);
      return value == null ? "" : value;
    }

    /// Whether the element that is open is directly in one of that name.
    private boolean inside(String parent) {
      return elements.stream().skip(1).findFirst().filter(parent::equals).isPresent();
    }

    @Override
    public void end(String name, String text) throws CorruptException {
      switch (name) {
        case "offset" -> offset = number(text);
        // The data of a file says its packed length, everything else its size.
        case "length" -> length = number(text);
        case "size" -> length = inside("data") || inside("ea") ? length : number(text);
        case "data", "checksum", "signature", "x-signature", "ea" -> region(name);
        default -> {
          if (!open.isEmpty()) {
            field(open.peek(), name, text);
          }
        }
      }
      elements.pop();
    }

    private void region(String name) {
      heapEnd = Math.max(heapEnd, offset + length);
      if (name.equals("checksum") && inside("toc")) {
        digestAt = offset;
      }
      if (name.equals("data") && !open.isEmpty()) {
        open.peek().offset = offset;
        open.peek().length = length;
      }
    }

    private void field(Draft draft, String name, String text) throws CorruptException {
      if (!name.equals("file") && !inside("file")) {
        return;
      }
      switch (name) {
        case "name" -> draft.name = text;
        case "type" -> draft.type = text;
        case "link" -> draft.link = text;
        case "mode" -> draft.mode = (int) octal(text);
        case "uid" -> draft.uid = number(text);
        case "gid" -> draft.gid = number(text);
        case "mtime" -> draft.mtime = time(text);
        case "file" -> {
          // What it holds may have been read before its name, so that its place was kept.
          items.set(draft.place, item(draft));
          open.pop();
        }
        default -> {}
      }
    }

    private static Item item(Draft draft) {
      return new Item(
          draft.parent,
          draft.id,
          draft.name,
          draft.type,
          draft.linked,
          draft.link,
          draft.mode,
          draft.uid,
          draft.gid,
          draft.mtime,
          draft.offset,
          draft.length,
          draft.encoding);
    }

    private static long number(String text) throws CorruptException {
      return parsed(text, 10);
    }

    private static long octal(String text) throws CorruptException {
      return parsed(text, 8);
    }

    private static long parsed(String text, int radix) throws CorruptException {
      try {
        long value = Long.parseLong(text, radix);
        if (value >= 0 && value <= MOST_BYTES) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Said below, as for a number that is out of range.
      }
      throw new CorruptException("no number: " + text.substring(0, Math.min(text.length(), 40)));
    }

    private static long time(String text) {
      try {
        return Instant.parse(text).getEpochSecond();
      } catch (DateTimeException e) {
        return 0;
      }
    }
  }
}
