package io.firmament.stages;

import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.TaggedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The advisory index in use: the one that `advisories/current.json` names, fetched once and kept
/// open; the starter facts where there is none. What is fetched is held to the digests of its
/// manifest.
///
/// An index comes into use in three writes: its object, its manifest, and the pointer, on the
/// condition that the pointer still names an index of older feeds. So a stop between leaves the one
/// before in use, and of several who publish at once the newest feeds win.
public final class Advisories {
  private static final Log LOG = Log.of(Advisories.class);
  private static final String STARTER = "starter";

  /// How long an index is kept that another one took the place of: whoever began with it ends with
  /// it, and what has changed since is told by comparing the two.
  private static final Duration KEPT = Duration.ofDays(7);

  private final ObjectStore documents;
  private final Path work;
  private @Nullable AdvisoryIndex index;
  private String version = "";

  /// @param work where index files are fetched to
  public Advisories(ObjectStore documents, Path work) {
    this.documents = documents;
    this.work = work;
  }

  /// How publishing an index ended.
  public enum Outcome {
    IN_USE,
    /// One of the same feeds, or newer ones, is in use.
    SUPERSEDED
  }

  /// An index to publish.
  ///
  /// @param generation of the feeds that it was built from
  /// @param basis names these feeds and the program
  public record Built(Path file, Sha256 sha256, long generation, String basis, Instant at) {}

  /// Puts an index file into use: from now on, analyses that begin to match use it.
  ///
  /// @throws IOException also where the file is no whole index: then nothing is written
  public Outcome publish(Built built) throws IOException {
    if (isSuperseded(built, pointer())) {
      return Outcome.SUPERSEDED;
    }
    String key = ObjectKeys.advisoryIndex(built.generation(), built.sha256());
    byte[] manifest = manifest(built, key).bytes();
    Sha256 sha256 = Sha256.of(manifest);
    String manifestKey = ObjectKeys.advisoryManifest(built.generation(), sha256);
    documents.write(key, "application/octet-stream", built.file());
    documents.write(manifestKey, "application/json", manifest);
    while (true) {
      Optional<TaggedObject> there = documents.readTagged(ObjectKeys.CURRENT_ADVISORIES);
      Optional<AdvisoryPointer> before = there.map(Advisories::pointer);
      if (isSuperseded(built, before)) {
        return Outcome.SUPERSEDED;
      }
      AdvisoryPointer next =
          new AdvisoryPointer(
              key,
              built.sha256().hex(),
              manifestKey,
              sha256.hex(),
              built.generation(),
              built.basis(),
              built.at().toString(),
              former(before, built.at()));
      if (documents
          .replace(
              ObjectKeys.CURRENT_ADVISORIES,
              there.map(TaggedObject::tag),
              "application/json",
              AdvisoryPointer.TYPE.toJsonBytes(next))
          .isPresent()) {
        return Outcome.IN_USE;
      }
    }
  }

  private static boolean isSuperseded(Built built, Optional<AdvisoryPointer> pointer) {
    return pointer.isPresent()
        && (pointer.get().generation() > built.generation()
            || (pointer.get().generation() == built.generation()
                && built.basis().equals(pointer.get().basis())));
  }

  private static AdvisoryManifest manifest(Built built, String key) throws IOException {
    try (AdvisoryIndex index = AdvisoryIndex.open(built.file())) {
      List<String> damaged = index.damagedSections();
      if (!damaged.isEmpty()) {
        throw new IOException("the advisory index that was built is damaged: " + damaged);
      }
      return AdvisoryManifest.of(
          index,
          key,
          built.sha256(),
          Files.size(built.file()),
          built.generation(),
          built.at().toString());
    }
  }

  private static List<AdvisoryPointer.Former> former(
      Optional<AdvisoryPointer> before, Instant now) {
    List<AdvisoryPointer.Former> former = new ArrayList<>();
    before.ifPresent(
        pointer -> {
          former.add(pointer.formerly(now.toString()));
          pointer.former().stream()
              .filter(each -> Instant.parse(each.until()).plus(KEPT).isAfter(now))
              .forEach(former::add);
        });
    return former;
  }

  /// Removes indexes and manifests that nothing names any more: those of older feeds than the one
  /// in use, whose time is over or which never came into use. None of them can come into use any
  /// more.
  ///
  /// @return how many objects it removed
  public int sweep() throws IOException {
    Optional<AdvisoryPointer> current = pointer();
    if (current.isEmpty()) {
      return 0;
    }
    Set<String> named = new HashSet<>();
    current.get().former().forEach(each -> name(each, named));
    name(current.get().formerly(""), named);
    List<String> unnamed = new ArrayList<>();
    documents.each(
        ObjectKeys.ADVISORIES,
        key -> {
          OptionalLong generation = ObjectKeys.generation(ObjectKeys.ADVISORIES, key);
          if (generation.isPresent()
              && generation.getAsLong() < current.get().generation()
              && !named.contains(key)) {
            unnamed.add(key);
          }
        });
    unnamed.forEach(documents::delete);
    return unnamed.size();
  }

  private static void name(AdvisoryPointer.Former index, Set<String> named) {
    named.add(index.key());
    String manifest = index.manifest();
    if (manifest != null) {
      named.add(manifest);
    }
  }

  /// What the index in use was built from and by; empty where there is none, or one of before this
  /// was noted.
  public Optional<String> basis() throws IOException {
    return pointer().flatMap(pointer -> Optional.ofNullable(pointer.basis()));
  }

  /// The generation of the feeds of the index in use; 0 where there is none.
  public long generation() throws IOException {
    return pointer().map(AdvisoryPointer::generation).orElse(0L);
  }

  /// What is said of the index in use; empty where there is none.
  public Optional<AdvisoryManifest> manifest() throws IOException {
    Optional<AdvisoryPointer> pointer = pointer();
    return pointer.isEmpty() ? Optional.empty() : manifest(pointer.get().formerly(""));
  }

  /// An index, and how it is called.
  ///
  /// @param version SHA-256 of its file in hex, or `starter` for the facts that come with Firmament
  public record Using(AdvisoryIndex index, String version) {}

  /// The index in use. It is closed when another one is asked for.
  public synchronized Using current() throws IOException {
    Optional<AdvisoryPointer> pointer = pointer();
    String wanted = pointer.map(AdvisoryPointer::sha256).orElse(STARTER);
    AdvisoryIndex known = index;
    if (known != null && version.equals(wanted)) {
      return new Using(known, wanted);
    }
    AdvisoryIndex opened =
        pointer.isPresent() ? fetch(pointer.get().formerly("")) : AdvisoryIndex.starter();
    if (known != null) {
      known.close();
    }
    index = opened;
    version = wanted;
    return new Using(opened, wanted);
  }

  /// The version in use, without fetching it.
  String version() throws IOException {
    return pointer().map(AdvisoryPointer::sha256).orElse(STARTER);
  }

  /// An index that was in use before; the caller closes it. Empty where it is gone, or in a format
  /// that this program does not read.
  Optional<AdvisoryIndex> open(String version) {
    if (version.equals(STARTER)) {
      return Optional.of(AdvisoryIndex.starter());
    }
    try {
      Optional<AdvisoryPointer.Former> named = pointer().flatMap(p -> p.find(version));
      return named.isEmpty() ? Optional.empty() : Optional.of(fetch(named.get()));
    } catch (IOException e) {
      LOG.warn("advisory_index_unusable", "index", version, "detail", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<AdvisoryPointer> pointer() throws IOException {
    return documents.readTagged(ObjectKeys.CURRENT_ADVISORIES).map(Advisories::pointer);
  }

  private static AdvisoryPointer pointer(TaggedObject object) {
    return AdvisoryPointer.TYPE.fromJson(object.content());
  }

  /// The manifest that an index is named with.
  private Optional<AdvisoryManifest> manifest(AdvisoryPointer.Former named) throws IOException {
    String key = named.manifest();
    if (key == null) {
      return Optional.empty();
    }
    byte[] json =
        documents
            .readTagged(key)
            .orElseThrow(() -> new IOException("no manifest of an advisory index at " + key))
            .content();
    if (!Sha256.of(json).hex().equals(named.manifestSha256())) {
      throw new IOException("the manifest " + key + " is not the one announced");
    }
    AdvisoryManifest manifest = AdvisoryManifest.read(json);
    if (manifest.indexFormat() != AdvisoryIndex.FORMAT) {
      throw new IOException(
          "the advisory index %s has format %d; this program reads %d"
              .formatted(named.key(), manifest.indexFormat(), AdvisoryIndex.FORMAT));
    }
    if (!manifest.sha256().equals(named.sha256()) || !manifest.key().equals(named.key())) {
      throw new IOException("the manifest " + key + " is about another advisory index");
    }
    return Optional.of(manifest);
  }

  /// The file has no name any more once it is mapped, so that its disk is free when it is closed.
  private AdvisoryIndex fetch(AdvisoryPointer.Former named) throws IOException {
    Sha256 expected = new Sha256(named.sha256());
    Optional<AdvisoryManifest> manifest = manifest(named);
    Path file = Files.createTempFile(work, "firmament-advisories-", ".fwvx");
    try {
      new IndexObjects(documents).fetch(named.key(), expected, file);
      long size = Files.size(file);
      if (manifest.isPresent() && manifest.get().size() != size) {
        throw new IOException("the advisory index " + named.key() + " is not the one announced");
      }
      return AdvisoryIndex.open(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
