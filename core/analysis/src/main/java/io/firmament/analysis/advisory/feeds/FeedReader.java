package io.firmament.analysis.advisory.feeds;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// Reads a feed record by record, plain or gzip, and tells its kind from the records themselves.
///
/// A record that cannot be read is counted and reported; a feed that breaks off keeps what came
/// before.
public final class FeedReader {
  private static final int MAX_PROBLEMS = 20;

  private final FactSink sink;
  private final List<String> problems = new ArrayList<>();
  private String kind = "unknown";
  private String watermark = "";
  private int records;
  private int malformed;
  private boolean whole = true;

  private FeedReader(FactSink sink) {
    this.sink = sink;
  }

  /// Reads the stream to its end; the caller closes it.
  public static FeedSummary read(InputStream in, FactSink sink) throws IOException {
    FeedReader reader = new FeedReader(sink);
    reader.readAll(in);
    return new FeedSummary(
        reader.kind,
        reader.watermark,
        reader.records,
        reader.malformed,
        reader.whole,
        reader.problems);
  }

  private void readAll(InputStream in) throws IOException {
    FailingSink guarded = new FailingSink(sink);
    try (JsonParser parser = new JsonFactory().createParser(new NonClosing(unpacked(in)))) {
      readDocument(parser, guarded);
    } catch (SinkFailure e) {
      throw e.cause();
    } catch (IOException e) {
      breaksOff("the feed breaks off after " + records + " records: " + firstLine(e));
    }
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(2);
    boolean gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
    buffered.reset();
    return gzip ? new GZIPInputStream(buffered, 1 << 16) : buffered;
  }

  private void readDocument(JsonParser parser, FailingSink guarded) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      breaksOff("the feed is no JSON object");
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      boolean list = name.equals("vulnerabilities") || name.equals("facts");
      if (list && token == JsonToken.START_ARRAY) {
        readRecords(parser, name, guarded);
      } else if (token == JsonToken.VALUE_STRING && isWatermark(name)) {
        watermark = parser.getText();
      } else {
        if (list) {
          report("\"" + name + "\" is no array");
        }
        parser.skipChildren();
      }
    }
    if (parser.currentToken() != JsonToken.END_OBJECT) {
      breaksOff("the feed breaks off after " + records + " records");
    }
  }

  private static boolean isWatermark(String name) {
    return name.equals("timestamp") || name.equals("dateReleased");
  }

  private void readRecords(JsonParser parser, String list, FailingSink guarded) throws IOException {
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY && parser.hasCurrentToken()) {
      JsonValue value = JsonValue.read(parser);
      try {
        take(list, value, guarded);
      } catch (MalformedRecord e) {
        report("record " + index + ": " + e.getMessage());
      }
      index++;
    }
  }

  private void take(String list, JsonValue value, FailingSink guarded) throws MalformedRecord {
    if (list.equals("facts")) {
      FactsRecord fact = new FactsRecord(value);
      guarded.vulnerability(fact.facts());
      fact.exploited().ifPresent(guarded::exploited);
      kind = "facts";
    } else if (!value.field("cve").isMissing()) {
      NvdRecord nvd = new NvdRecord(value.field("cve"));
      guarded.vulnerability(nvd.facts());
      nvd.problems().forEach(this::report);
      kind = "nvd";
    } else if (!value.field("cveID").isMissing()) {
      guarded.exploited(exploited(value));
      kind = "kev";
    } else {
      throw new MalformedRecord("neither an NVD nor a KEV record");
    }
    records++;
  }

  private static KnownExploited exploited(JsonValue row) throws MalformedRecord {
    Optional<String> id = row.field("cveID").text().filter(text -> text.startsWith("CVE-"));
    return new KnownExploited(
        id.orElseThrow(() -> new MalformedRecord("no CVE id")),
        row.field("dateAdded").text().orElse(""),
        row.field("knownRansomwareCampaignUse").text().filter("Known"::equals).isPresent());
  }

  private void breaksOff(String problem) {
    whole = false;
    report(problem);
  }

  private void report(String problem) {
    malformed++;
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(problem);
    }
  }

  private static String firstLine(IOException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse("");
  }

  /// Keeps a failure to write apart from a failure to read.
  private record FailingSink(FactSink sink) {
    void vulnerability(VulnerabilityFacts facts) {
      try {
        sink.vulnerability(facts);
      } catch (IOException e) {
        throw new SinkFailure(e);
      }
    }

    void exploited(KnownExploited row) {
      try {
        sink.exploited(row);
      } catch (IOException e) {
        throw new SinkFailure(e);
      }
    }
  }

  private static final class SinkFailure extends RuntimeException {
    private final transient IOException failure;

    SinkFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException cause() {
      return failure;
    }
  }

  /// Leaves closing to whoever opened.
  private static final class NonClosing extends java.io.FilterInputStream {
    NonClosing(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
