package io.firmament.stages;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.firmament.analysis.advisory.AdvisoryIndex;
import io.firmament.base.JsonDocument;
import io.firmament.base.Log;
import io.firmament.base.Sha256;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The advisory index in use: the one that `advisories/current.json` names, fetched once and kept
/// open; the starter facts where there is none.
public final class Advisories {
  private static final Log LOG = Log.of(Advisories.class);
  private static final String STARTER = "starter";
  private static final JsonType<Pointer> TYPE = Jsonb.builder().build().type(Pointer.class);

  private final ObjectStore documents;
  private final Path work;
  private @Nullable AdvisoryIndex index;
  private String version = "";

  /// @param work where index files are kept that were fetched
  public Advisories(ObjectStore documents, Path work) {
    this.documents = documents;
    this.work = work;
  }

  /// The index file in use.
  ///
  /// @param key of its object
  /// @param sha256 of its bytes
  @Json
  record Pointer(String key, String sha256) {}

  /// Puts an index file into use: from now on, analyses that begin to match use it. First the file
  /// is there whole, and only then is it named.
  ///
  /// @return false where it is in use already
  public boolean publish(Path file, Sha256 sha256) throws IOException {
    Pointer pointer = new Pointer(ObjectKeys.advisoryIndex(sha256), sha256.hex());
    if (pointer().equals(Optional.of(pointer)) && documents.find(pointer.key()).isPresent()) {
      return false;
    }
    documents.write(pointer.key(), "application/octet-stream", file);
    documents.write(ObjectKeys.CURRENT_ADVISORIES, "application/json", TYPE.toJsonBytes(pointer));
    return true;
  }

  /// An index, and how it is called.
  ///
  /// @param version SHA-256 of its file in hex, or `starter` for the facts that come with Firmament
  public record Using(AdvisoryIndex index, String version) {}

  /// The index in use. It is closed when another one is asked for.
  public synchronized Using current() throws IOException {
    Optional<Pointer> pointer = pointer();
    String wanted = pointer.map(Pointer::sha256).orElse(STARTER);
    AdvisoryIndex known = index;
    if (known != null && version.equals(wanted)) {
      return new Using(known, wanted);
    }
    AdvisoryIndex opened =
        pointer.isPresent() ? AdvisoryIndex.open(fetch(pointer.get())) : AdvisoryIndex.starter();
    if (known != null) {
      known.close();
    }
    index = opened;
    version = wanted;
    return new Using(opened, wanted);
  }

  /// The version in use, without fetching it.
  String version() throws IOException {
    return pointer().map(Pointer::sha256).orElse(STARTER);
  }

  /// An index that was in use before; the caller closes it. Empty where it is gone, or in a format
  /// that this program does not read.
  Optional<AdvisoryIndex> open(String version) {
    if (version.equals(STARTER)) {
      return Optional.of(AdvisoryIndex.starter());
    }
    Sha256 sha256 = new Sha256(version);
    try {
      return Optional.of(
          AdvisoryIndex.open(fetch(new Pointer(ObjectKeys.advisoryIndex(sha256), version))));
    } catch (IOException e) {
      LOG.warn("advisory_index_unusable", "index", version, "detail", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Pointer> pointer() throws IOException {
    Optional<InputStream> content = documents.read(ObjectKeys.CURRENT_ADVISORIES);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = content.get()) {
      return Optional.of(JsonDocument.read(TYPE, in));
    }
  }

  private Path fetch(Pointer pointer) throws IOException {
    Sha256 expected = new Sha256(pointer.sha256());
    Path file = work.resolve("firmament-advisories-" + expected.hex());
    if (Files.exists(file)) {
      return file;
    }
    Path partial = Files.createTempFile(work, "firmament-advisories-", ".part");
    new IndexObjects(documents).fetch(pointer.key(), expected, partial);
    return Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
