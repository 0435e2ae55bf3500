package io.firmament.stages;

import io.firmament.analysis.advisory.UserIndex;
import io.firmament.analysis.advisory.feeds.FactSink;
import io.firmament.analysis.advisory.feeds.UserRecord;
import io.firmament.base.Cursor;
import io.firmament.base.Log;
import io.firmament.base.Page;
import io.firmament.base.PageRequest;
import io.firmament.base.Sha256;
import io.firmament.base.TenantId;
import io.firmament.platform.firmware.ObjectKeys;
import io.firmament.platform.firmware.ObjectStore;
import io.firmament.platform.vulnerability.Recorded;
import io.firmament.platform.vulnerability.UserVulnerabilityStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The indexes of what tenants know for themselves: one file for each revision of a tenant's
/// records, of which the last is in use.
final class UserAdvisories {
  private static final Log LOG = Log.of(UserAdvisories.class);
  private static final int ATTEMPTS = 8;

  private final UserVulnerabilityStore store;
  private final ObjectStore documents;
  private final Path work;

  UserAdvisories(UserVulnerabilityStore store, ObjectStore documents, Path work) {
    this.store = store;
    this.documents = documents;
    this.work = work;
  }

  /// The index in use; empty where the tenant never had a record.
  Optional<Sha256> version(TenantId tenant) {
    return store.state(tenant).index();
  }

  /// An index of the tenant, which the caller closes.
  ///
  /// @throws IOException where it is gone, or in a format that this program does not read
  UserIndex open(TenantId tenant, Sha256 index) throws IOException {
    Path file = Files.createTempFile(work, "user-advisories-", ".fwvx");
    try {
      new IndexObjects(documents).fetch(ObjectKeys.userIndex(tenant, index), index, file);
      return UserIndex.open(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /// Puts the index of the tenant's latest revision into use. First the file is there whole, and
  /// only then is it named.
  ///
  /// @return the index in use; empty where the tenant never had a record
  Optional<Sha256> build(TenantId tenant) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      UserVulnerabilityStore.State state = store.state(tenant);
      if (state.indexed() == state.revision()) {
        return state.index();
      }
      Path file = Files.createTempFile(work, "user-advisories-", ".fwvx");
      try {
        Sha256 index = UserIndex.write(sink -> records(tenant, sink), file);
        // What was read is of one revision only where none came while it was read.
        if (store.state(tenant).revision() == state.revision()) {
          documents.write(ObjectKeys.userIndex(tenant, index), "application/octet-stream", file);
          store.indexed(tenant, state.revision(), index);
        }
      } finally {
        Files.deleteIfExists(file);
      }
    }
    throw new IllegalStateException("the records of " + tenant + " changed all the time");
  }

  private void records(TenantId tenant, FactSink sink) throws IOException {
    Optional<Cursor> next = Optional.empty();
    do {
      Page<Recorded> page = store.list(tenant, new PageRequest(PageRequest.MAX_LIMIT, next));
      for (Recorded record : page.items()) {
        switch (UserRecord.read(record.content())) {
          case UserRecord.Usable(var facts) -> sink.take(facts);
          case UserRecord.Wrong(String field, String detail) ->
              LOG.warn(
                  "user_record_unusable", "record", record.id(), "field", field, "detail", detail);
        }
      }
      next = page.next();
    } while (next.isPresent());
  }
}
