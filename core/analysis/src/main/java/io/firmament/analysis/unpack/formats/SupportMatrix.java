package io.firmament.analysis.unpack.formats;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The reference page of the formats, made from their cards.
public final class SupportMatrix {
  private static final HexFormat HEX = HexFormat.of();

  private SupportMatrix() {}

  /// Markdown, the formats in order of their ids.
  public static String markdown(List<Format> formats) {
    StringBuilder page =
        new StringBuilder(
            """
            # Formats

            Made from the formats' own cards; do not edit. `FormatsPageTest` fails where it differs and says how to make it again.

            A stream holds one content, a tree files with names, a wrapper one or more contents; data is known and kept as a file; a key or certificate is one, too, and is told of wherever it stands.
            A magic is given with its distance from the start. Nothing is accepted by its magic alone.

            | id | format | kind | magic | limitations |
            |---|---|---|---|---|
            """);
    List<FormatCard> cards =
        formats.stream().map(Format::card).sorted(Comparator.comparing(FormatCard::id)).toList();
    for (FormatCard card : cards) {
      page.append(
          "| `%s` | %s | %s | %s | %s |%n"
              .formatted(
                  card.id(),
                  cell(card.title()),
                  card.kind().name().toLowerCase(Locale.ROOT),
                  card.magics().stream()
                      .map(SupportMatrix::magic)
                      .collect(Collectors.joining(", ")),
                  cell(
                      card.fullySupported()
                          ? "none known"
                          : String.join("; ", card.limitations()))));
    }
    page.append("\n## References\n\n");
    for (FormatCard card : cards) {
      page.append("- `%s`: %s%n".formatted(card.id(), String.join("; ", card.references())));
    }
    return page.toString().replace(System.lineSeparator(), "\n");
  }

  private static String magic(FormatCard.Magic magic) {
    byte[] bytes = magic.bytes();
    boolean text = true;
    for (byte b : bytes) {
      text = text && b > ' ' && b < 0x7f && b != '|' && b != '`';
    }
    String shown =
        text
            ? "`\"" + new String(bytes, java.nio.charset.StandardCharsets.US_ASCII) + "\"`"
            : "`" + HEX.formatHex(bytes) + "`";
    return magic.offset() == 0
        ? shown
        : magic.fromEnd()
            ? shown + " " + -magic.offset() + " bytes before the end"
            : shown + " at " + magic.offset();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
