package io.firmament.analysis.unpack.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FormatsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../../docs/reference/formats.md");

  @Test
  void thePageSaysWhatTheCardsSay() throws IOException {
    String page = SupportMatrix.markdown(Formats.all());
    if (Boolean.getBoolean("firmament.regenerate")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }
    assertEquals(
        page,
        Files.readString(PAGE),
        "run this test with -Dfirmament.regenerate=true to write the page again");
  }

  @Test
  void everyFormatHasItsOwnIdAndAReference() {
    List<FormatCard> cards = Formats.all().stream().map(Format::card).toList();
    assertEquals(cards.size(), cards.stream().map(FormatCard::id).distinct().count());
    for (FormatCard card : cards) {
      assertEquals(false, card.references().isEmpty(), card.id());
      assertEquals(false, card.magics().isEmpty(), card.id());
    }
  }
}
