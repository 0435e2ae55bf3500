package io.firmament.analysis.scan;

import io.firmament.analysis.tree.Entry;
import io.firmament.analysis.tree.FileTree;
import io.firmament.base.Sha256;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The distinct contents of a tree, in the order of their first path, and a way to look at each
/// once with every processor, where the answers keep that order whoever is first.
///
/// The tree is read from several threads at a time.
public final class Blobs {
  private final List<Blob> blobs;

  private Blobs(List<Blob> blobs) {
    this.blobs = blobs;
  }

  /// Hears how many have been looked at, from any thread.
  @FunctionalInterface
  public interface Watcher {
    void looked(long done, long total);
  }

  public static Blobs of(FileTree tree) {
    Map<Sha256, List<Entry>> files = new LinkedHashMap<>();
    for (Entry entry : tree.entries()) {
      if (entry.isFile() && entry.size() > 0) {
        entry
            .sha256()
            .ifPresent(digest -> files.computeIfAbsent(digest, _ -> new ArrayList<>()).add(entry));
      }
    }
    List<Blob> blobs = new ArrayList<>();
    files.forEach((digest, of) -> blobs.add(new Blob(digest, tree.content(digest), of)));
    return new Blobs(List.copyOf(blobs));
  }

  /// One answer for each content, in order.
  public <T> List<T> map(Function<Blob, T> look, Watcher watcher) {
    int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), blobs.size()));
    AtomicInteger done = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<T>> answers = new ArrayList<>(blobs.size());
      for (Blob blob : blobs) {
        answers.add(
            pool.submit(
                () -> {
                  T answer = look.apply(blob);
                  watcher.looked(done.incrementAndGet(), blobs.size());
                  return answer;
                }));
      }
      List<T> all = new ArrayList<>(answers.size());
      for (Future<T> answer : answers) {
        all.add(answer.get());
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the tree", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a content could not be looked at", e.getCause());
    }
  }
}
