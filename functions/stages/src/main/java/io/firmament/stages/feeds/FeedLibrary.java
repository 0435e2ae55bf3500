package io.firmament.stages.feeds;

import io.firmament.analysis.advisory.BuildReport;
import io.firmament.analysis.advisory.FeedStore;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.firmware.TaggedObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// The feeds that were read, in the object store: the facts of each in an object that never
/// changes, and one state that names them, exchanged under a condition. Of several who change it at
/// once the first one wins; the others find out when they save, and have changed nothing.
///
/// Facts come to the work folder when they are needed, so that a run that finds nothing new reads
/// the state alone.
final class FeedLibrary {
  private static final Log LOG = Log.of(FeedLibrary.class);
  private static final String FACTS = ".facts";

  private final ObjectStore objects;
  private final Path folder;
  private FeedState state;
  private FeedState saved;
  private Optional<String> tag;
  private boolean restored;

  private FeedLibrary(ObjectStore objects, Path folder, FeedState state, Optional<String> tag) {
    this.objects = objects;
    this.folder = folder;
    this.state = state;
    this.saved = state;
    this.tag = tag;
  }

  /// Somebody else has changed the library since it was opened.
  static final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super("the feeds were changed by another update meanwhile", null, false, false);
    }
  }

  /// What is done with the store of what was read.
  interface Change {
    List<BuildReport.Feed> to(FeedStore store) throws IOException;
  }

  /// Opens the library. What another version of the program has read is to be read again.
  ///
  /// @param folder an empty one for work files
  /// @param least the generation that a new library has at least
  static FeedLibrary open(ObjectStore objects, Path folder, long least) {
    Optional<TaggedObject> there = objects.readTagged(ObjectKeys.FEED_STATE);
    FeedState found =
        there
            .map(object -> FeedState.TYPE.fromJson(object.content()))
            .orElseGet(() -> FeedState.nothing(least, FeedStore.reading()));
    FeedLibrary library = new FeedLibrary(objects, folder, found, there.map(TaggedObject::tag));
    if (!found.reading().equals(FeedStore.reading())) {
      library.state =
          new FeedState(found.generation(), FeedStore.reading(), Map.of(), found.sources());
    }
    return library;
  }

  FeedState state() {
    return state;
  }

  /// The generation of what is saved.
  long generation() {
    return saved.generation();
  }

  void change(UnaryOperator<FeedState> change) {
    state = change.apply(state);
  }

  boolean isEmpty() {
    return state.facts().isEmpty();
  }

  /// Names what is in the library, and the program that would build an index of it.
  String basis() throws IOException {
    StringBuilder text = new StringBuilder(FeedStore.edition());
    state
        .facts()
        .forEach(
            (name, facts) -> text.append('\n').append(name).append(' ').append(facts.sha256()));
    return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8)).hex();
  }

  /// Reads feeds into the library: all of them, or, where one of them is no whole feed, none.
  List<BuildReport.Feed> read(Change change) throws IOException {
    restore();
    try (FeedStore store = FeedStore.in(folder)) {
      List<BuildReport.Feed> feeds = change.to(store);
      if (feeds.stream().allMatch(FeedLibrary::isUsable)) {
        take(store.commit());
      }
      return feeds;
    }
  }

  /// Whether a feed was read to its end and says anything.
  static boolean isUsable(BuildReport.Feed feed) {
    return feed.records() > 0 && feed.whole();
  }

  private void take(Set<String> written) throws IOException {
    Map<String, FeedState.Facts> facts = new TreeMap<>();
    for (String name : files()) {
      FeedState.Facts known = state.facts().get(name);
      facts.put(name, known == null || written.contains(name) ? facts(name) : known);
    }
    state = state.with(facts);
  }

  /// They get their object when they are saved.
  private FeedState.Facts facts(String name) throws IOException {
    Path file = folder.resolve(name);
    MessageDigest digest = Sha256.newDigest();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      Files.copy(file, out);
    }
    Sha256 sha256 = Sha256.ofDigest(digest.digest());
    return new FeedState.Facts(
        ObjectKeys.feedFacts(saved.generation() + 1, sha256), sha256.hex(), Files.size(file));
  }

  private List<String> files() throws IOException {
    try (var all = Files.list(folder)) {
      return all.map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(FACTS))
          .sorted()
          .toList();
    }
  }

  /// Removes the facts of a feed, where there are any.
  void remove(String slot) throws IOException {
    if (!state.facts().containsKey(slot)) {
      return;
    }
    Files.deleteIfExists(folder.resolve(slot));
    Map<String, FeedState.Facts> facts = new TreeMap<>(state.facts());
    facts.remove(slot);
    state = state.with(facts);
  }

  /// Saves what has changed, and writes the index of all that was read.
  ///
  /// @throws Overtaken also where facts are gone that somebody else has replaced meanwhile
  BuildReport build(Path out) throws IOException, Overtaken {
    restore();
    save();
    try (FeedStore store = FeedStore.in(folder)) {
      return store.build(out);
    }
  }

  /// Brings the facts to the folder, and forgets those that are gone, damaged or not readable.
  void restore() throws IOException {
    if (restored) {
      return;
    }
    Files.createDirectories(folder);
    Map<String, FeedState.Facts> facts = new TreeMap<>(state.facts());
    for (Map.Entry<String, FeedState.Facts> entry : state.facts().entrySet()) {
      if (!fetch(entry.getValue(), folder.resolve(entry.getKey()))) {
        LOG.warn("feed_facts_gone", "key", entry.getValue().key());
        facts.remove(entry.getKey());
      }
    }
    state = state.with(facts);
    restored = true;
  }

  private boolean fetch(FeedState.Facts facts, Path file) throws IOException {
    Optional<InputStream> content = objects.read(facts.key());
    if (content.isEmpty()) {
      return false;
    }
    MessageDigest digest = Sha256.newDigest();
    try (InputStream in = content.get();
        OutputStream out = new DigestOutputStream(Files.newOutputStream(file), digest)) {
      in.transferTo(out);
    }
    boolean whole = Sha256.ofDigest(digest.digest()).hex().equals(facts.sha256());
    if (!whole) {
      Files.delete(file);
    }
    return whole;
  }

  /// Saves what has changed: first the facts, and then the state that names them.
  ///
  /// @throws Overtaken where it was changed by somebody else; then nothing is saved
  void save() throws Overtaken {
    if (state.equals(saved)) {
      return;
    }
    for (Map.Entry<String, FeedState.Facts> entry : state.facts().entrySet()) {
      if (!entry.getValue().equals(saved.facts().get(entry.getKey()))) {
        objects.write(
            entry.getValue().key(), "application/octet-stream", folder.resolve(entry.getKey()));
      }
    }
    FeedState next = state.next();
    tag =
        Optional.of(
            objects
                .replace(
                    ObjectKeys.FEED_STATE,
                    tag,
                    "application/json",
                    FeedState.TYPE.toJsonBytes(next))
                .orElseThrow(Overtaken::new));
    state = next;
    saved = next;
  }

  /// The key for what is there of a feed whose download was stopped.
  String partKey(String feed) {
    return ObjectKeys.feedPart(saved.generation() + 1, feed);
  }

  /// Removes objects that no state names any more.
  ///
  /// @return how many
  int sweep() {
    Set<String> named = new HashSet<>();
    saved.facts().values().forEach(facts -> named.add(facts.key()));
    saved
        .sources()
        .values()
        .forEach(source -> Optional.ofNullable(source.part()).ifPresent(named::add));
    List<String> unnamed = new ArrayList<>();
    for (String prefix : List.of(ObjectKeys.FEED_FACTS, ObjectKeys.FEED_PARTS)) {
      objects.each(
          prefix,
          key -> {
            OptionalLong generation = ObjectKeys.generation(prefix, key);
            if (generation.isPresent()
                && generation.getAsLong() <= saved.generation()
                && !named.contains(key)) {
              unnamed.add(key);
            }
          });
    }
    unnamed.forEach(objects::delete);
    return unnamed.size();
  }
}
