package io.firmament.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.firmament.agent.update.Allowlist;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logs that may be asked for.
class LogSourcesTest {
  private static final Optional<Instant> EVER = Optional.empty();

  @TempDir Path folder;

  private LogSources sources(Path journalctl) {
    return new LogSources(
        Map.of(
            "app", new Allowlist.LogSource.TextFile(folder.resolve("app.log")),
            "link", new Allowlist.LogSource.TextFile(folder.resolve("link.log")),
            "unit", new Allowlist.LogSource.Journal("app.service")),
        Optional.of(folder.resolve("agent.log")),
        journalctl.toString());
  }

  private LogSources sources() {
    return sources(folder.resolve("journalctl"));
  }

  private static String text(LogSources.Bundle bundle) throws IOException {
    byte[] gzip = assertInstanceOf(LogSources.Bundle.Sent.class, bundle).gzip();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void keepsTheNewestLinesThatFit() throws Exception {
    StringBuilder log = new StringBuilder();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      log.append("line ").append(i).append(' ').append(random.nextLong()).append('\n');
    }
    Files.writeString(folder.resolve("app.log"), log);
    assertEquals(log.toString(), text(sources().collect("app", EVER, 10_000_000)));
    LogSources.Bundle small = sources().collect("app", EVER, 20_000);
    String kept = text(small);
    assertTrue(((LogSources.Bundle.Sent) small).gzip().length <= 20_000);
    assertTrue(log.toString().endsWith("\n" + kept), kept.substring(0, 40));
    assertTrue(kept.length() > 20_000, "most of what fits: " + kept.length());
    assertEquals("", text(sources().collect("app", EVER, 25)));
    assertInstanceOf(LogSources.Bundle.Unavailable.class, sources().collect("app", EVER, 3));
  }

  @Test
  void givesNothingThatIsNotNamed() throws Exception {
    for (String source : new String[] {"shadow", "", "../app", "app.log", "/etc/shadow"}) {
      assertInstanceOf(
          LogSources.Bundle.NotAllowed.class, sources().collect(source, EVER, 1_000), source);
    }
    assertInstanceOf(LogSources.Bundle.Unavailable.class, sources().collect("app", EVER, 1_000));
    Files.createSymbolicLink(folder.resolve("link.log"), Path.of("/etc/hostname"));
    assertInstanceOf(LogSources.Bundle.Unavailable.class, sources().collect("link", EVER, 1_000));
  }

  @Test
  void asksTheJournalForOneUnit() throws Exception {
    Path journalctl = folder.resolve("journalctl");
    Files.writeString(journalctl, "#!/bin/sh\necho \"$@\"\n");
    Files.setPosixFilePermissions(journalctl, PosixFilePermissions.fromString("rwxr-xr-x"));
    String asked = text(sources().collect("unit", Optional.of(Instant.ofEpochSecond(77)), 10_000));
    assertTrue(asked.contains("--unit=app.service"), asked);
    assertTrue(asked.contains("--since=@77"), asked);
    assertInstanceOf(
        LogSources.Bundle.Unavailable.class,
        sources(folder.resolve("none")).collect("unit", EVER, 1_000));
  }

  @Test
  void keepsItsOwnLogAndKnowsItsTimes() throws Exception {
    Path file = folder.resolve("agent.log");
    Files.deleteIfExists(file);
    try (PrintStream log = OwnLog.beside(new PrintStream(PrintStream.nullOutputStream()), file)) {
      log.println("{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"old\"}");
      log.println("{\"time\":\"2026-01-03T00:00:00Z\",\"event\":\"new\"}");
      log.println("  at some.Trace");
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    String since =
        text(
            sources().collect("agent", Optional.of(Instant.parse("2026-01-02T00:00:00Z")), 10_000));
    assertEquals("{\"time\":\"2026-01-03T00:00:00Z\",\"event\":\"new\"}\n  at some.Trace\n", since);
    assertTrue(text(sources().collect("agent", EVER, 10_000)).contains("old"));
  }
}
