package io.firmament.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Images, by the engine's own command and by other extractors, each as a process, by turns in one
/// run: wall time, CPU time, and how many of the file contents that a peer recovers the engine
/// recovers as well, and the other way round. Arguments: rounds, and images; without images one is
/// made on the spot.
///
/// A peer is the command `binwalk` (version 2), `binwalk3` or `unblob`, on the path or where the
/// variable `FIRMAMENT_BINWALK`, `FIRMAMENT_BINWALK3` or `FIRMAMENT_UNBLOB` says.
public final class PeersBenchmark {
  private static final int MEGABYTES = 64;

  private PeersBenchmark() {}

  /// Another extractor.
  ///
  /// @param arguments shell: `image` is unpacked, recursively, into the folder `out`
  private record Peer(String name, String arguments) {
    String command() {
      String variable = "FIRMAMENT_" + name.toUpperCase(Locale.ROOT);
      return Optional.ofNullable(System.getenv(variable)).orElse(name);
    }
  }

  private static final List<Peer> PEERS =
      List.of(
          new Peer("binwalk", "-M -e -q --run-as=root -C out image"),
          new Peer("binwalk3", "-M -e -q -C out image"),
          new Peer("unblob", "-e out -k image"));

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      System.err.println("usage: peers ROUNDS [IMAGE]...");
      System.exit(2);
    }
    int rounds = Integer.parseInt(arguments[0]);
    try (Workshop workshop = new Workshop()) {
      List<Path> images = new ArrayList<>();
      for (String image : List.of(arguments).subList(1, arguments.length)) {
        images.add(Path.of(image).toAbsolutePath());
      }
      if (images.isEmpty()) {
        workshop.collect(MEGABYTES * 1048576L);
        workshop.shell("mksquashfs files made -comp xz -noappend -quiet -no-progress");
        images.add(workshop.folder().resolve("made"));
      }
      for (Path image : images) {
        workshop.shell("rm -f image; ln -s '" + image + "' image");
        System.out.printf("%s, %.1f MiB%n", image.getFileName(), Files.size(image) / 1048576.0);
        measure(workshop, rounds);
      }
    }
  }

  private static void measure(Workshop workshop, int rounds) throws Exception {
    List<Peer> peers = new ArrayList<>();
    for (Peer peer : PEERS) {
      if (Workshop.missing(List.of(peer.command())).isEmpty()) {
        peers.add(peer);
      } else {
        System.out.println("  " + peer.name() + ": not measured, it is not installed");
      }
    }
    String engine =
        "'"
            + System.getProperty("firmament.root")
            + "/local-dev/analyze' image --tree tree --json json";
    // The first run may have to build, and writes the class archive of the later ones.
    Workshop.Cost _ = workshop.time(engine);
    Result ours = new Result("firmament");
    Map<Peer, Result> theirs = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      ours.add(workshop.time(engine), tree(workshop.folder().resolve("tree")));
      for (Peer peer : peers) {
        Workshop.Cost cost = workshop.time("'" + peer.command() + "' " + peer.arguments());
        theirs
            .computeIfAbsent(peer, _ -> new Result(peer.name()))
            .add(cost, files(workshop.folder().resolve("out")));
        workshop.shell("rm -rf out");
      }
    }
    ours.print(ours);
    theirs.values().forEach(result -> result.print(ours));
  }

  /// What one extractor took and gave.
  private static final class Result {
    private final String name;
    private final Samples wall = new Samples();
    private final Samples cpu = new Samples();
    private Set<String> contents = Set.of();

    Result(String name) {
      this.name = name;
    }

    void add(Workshop.Cost cost, Set<String> found) {
      wall.add(cost.wall());
      cpu.add(cost.cpu());
      contents = found;
    }

    void print(Result ours) {
      System.out.printf(
          "  %-10s wall %s s, ratio %.2f; CPU %s s; %d contents, %d of them ours, %d of ours"
              + " missing%n",
          name,
          wall,
          wall.median() / ours.wall.median(),
          cpu,
          contents.size(),
          contents.stream().filter(ours.contents::contains).count(),
          ours.contents.stream().filter(hash -> !contents.contains(hash)).count());
    }
  }

  /// The contents of the files in a tree document, by SHA-256.
  private static Set<String> tree(Path lines) throws IOException {
    Set<String> hashes = new HashSet<>();
    try (Stream<String> entries = Files.lines(lines)) {
      for (String line : (Iterable<String>) entries::iterator) {
        try (JsonParser json = new JsonFactory().createParser(line)) {
          while (json.nextToken() != null) {
            if (json.currentToken() == JsonToken.VALUE_STRING
                && "sha256".equals(json.currentName())) {
              hashes.add(json.getText());
            }
          }
        }
      }
    }
    return hashes;
  }

  private static Set<String> files(Path folder) throws Exception {
    Set<String> hashes = new HashSet<>();
    if (!Files.exists(folder)) {
      return hashes;
    }
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) found::iterator) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          java.security.MessageDigest digest = java.security.MessageDigest.getInstance("SHA-256");
          try (java.io.InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
              digest.update(buffer, 0, n);
            }
          }
          hashes.add(HexFormat.of().formatHex(digest.digest()));
        }
      }
    }
    return hashes;
  }
}
