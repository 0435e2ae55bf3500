package io.firmament.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.firmament.schema.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The reference of settings names what the code reads, and nothing else.
final class SettingsPageTest {
  private static final Path CHECKOUT =
      Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Pattern NAME = Pattern.compile("FIRMAMENT_[A-Z_]*[A-Z]");

  /// What reads variables that are not in [Setting].
  private static final List<String> READERS =
      List.of(
          "services/device/src/main/java/io/firmament/device/DeviceMain.java",
          "services/transfer/src/main/java/io/firmament/transfer/TransferMain.java",
          "adapters/aws/src/test/java/io/firmament/aws/AwsEngine.java");

  @Test
  void namesEveryVariableThatIsReadAndNoOther() throws IOException {
    Set<String> read =
        Arrays.stream(Setting.values())
            .map(Setting::variable)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String reader : READERS) {
      read.addAll(names(reader));
    }
    assertEquals(read, names("docs/reference/settings.md"));
  }

  private static Set<String> names(String file) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(Files.readString(CHECKOUT.resolve(file)));
    while (name.find()) {
      names.add(name.group());
    }
    return names;
  }
}
