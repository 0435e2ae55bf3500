package io.firmament.analysis.advisory.feeds;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The daily file of EPSS: a comment with the day, a header, and a row for each CVE.
final class EpssCsv {
  private static final Pattern DAY = Pattern.compile("score_date:(\\d{4}-\\d{2}-\\d{2})");
  private static final Pattern ROW =
      Pattern.compile("(CVE-\\d{4}-\\d{4,19}),([0-9.eE-]{1,32}),([0-9.eE-]{1,32})");

  private EpssCsv() {}

  static boolean isMeant(String head) {
    return head.startsWith("#model_version:") || head.startsWith("cve,epss");
  }

  static void read(String place, BufferedReader in, Gathering to) throws IOException {
    String day = "";
    int number = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      number++;
      String text = line.strip();
      if (text.startsWith("#")) {
        Matcher date = DAY.matcher(text);
        day = date.find() ? date.group(1) : day;
      } else if (!text.isEmpty() && !text.startsWith("cve,")) {
        row(place, number, text, day, to);
      }
    }
    to.watermark(FeedKind.EPSS, day);
  }

  private static void row(String place, int number, String text, String day, Gathering to) {
    Matcher row = ROW.matcher(text);
    float probability = -1;
    float percentile = -1;
    if (row.matches()) {
      try {
        probability = Float.parseFloat(row.group(2));
        percentile = Float.parseFloat(row.group(3));
      } catch (NumberFormatException e) {
        // stays out of range
      }
    }
    boolean valid = probability >= 0 && probability <= 1 && percentile >= 0 && percentile <= 1;
    if (valid) {
      to.take(FeedKind.EPSS, day, new ExploitForecast(row.group(1), probability, percentile, day));
    } else {
      to.malformed(
          Gathering.at(place, "line " + number)
              + "not a CVE id and two numbers from 0 to 1: "
              + JsonValue.shortened(text));
    }
  }
}
