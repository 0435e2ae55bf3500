package io.firmament.graphql;

import io.firmament.platform.firmware.Analysis;
import io.firmament.platform.firmware.Unpacking;
import java.util.List;

/// The fields of `unpacking.graphqls`.
final class UnpackingFields {
  /// What unpacking made of the image of an analysis.
  private record Unpacked(Analysis analysis, Unpacking facts) {}

  void register(FieldTable table) {
    table
        .type("Analysis", Analysis.class)
        .fetch(
            "unpacking",
            (analysis, _, scope) ->
                scope.reads().unpacking(analysis).map(facts -> new Unpacked(analysis, facts)));
    table
        .type("Unpacking", Unpacked.class)
        .value("explainedPercent", unpacked -> unpacked.facts().explainedPercent())
        .value("complete", unpacked -> unpacked.facts().complete())
        .value("tree", unpacked -> unpacked.facts().tree())
        .value("contentBytes", unpacked -> unpacked.facts().contentBytes())
        .value("chunkCount", unpacked -> unpacked.facts().chunkCount())
        .fetch("identity", (unpacked, _, scope) -> scope.reads().identity(unpacked.analysis()))
        .fetch("chunks", UnpackingFields::chunks)
        .fetch("notes", UnpackingFields::notes);
    registerChunk(table);
    table
        .type("UnpackingNote", Unpacking.Note.class)
        .value("kind", Unpacking.Note::kind)
        .value("where", Unpacking.Note::where)
        .value("detail", Unpacking.Note::detail);
    for (String type : List.of("ChunkConnection", "UnpackingNoteConnection")) {
      FirmwareFields.registerConnection(table, type);
      table.type(type, Connection.class).value("totalCount", page -> page.totalCount());
    }
  }

  private static void registerChunk(FieldTable table) {
    table
        .type("Chunk", Unpacking.Chunk.class)
        .value("id", Unpacking.Chunk::id)
        .value("parent", Unpacking.Chunk::parent)
        .value("format", Unpacking.Chunk::format)
        .value("where", Unpacking.Chunk::where)
        .value("start", Unpacking.Chunk::start)
        .value("end", Unpacking.Chunk::end)
        .value("confidence", Unpacking.Chunk::confidence)
        .value("encrypted", Unpacking.Chunk::encrypted)
        .value("meta", chunk -> List.copyOf(chunk.meta().entrySet()))
        .value("held", Unpacking.Chunk::held);
    table
        .type("EntryCounts", Unpacking.Counts.class)
        .value("files", Unpacking.Counts::files)
        .value("directories", Unpacking.Counts::directories)
        .value("links", Unpacking.Counts::links)
        .value("others", Unpacking.Counts::others);
    table
        .type("ImageIdentity", Unpacking.Identity.class)
        .value("architecture", Unpacking.Identity::architecture)
        .value("endianness", Unpacking.Identity::endianness)
        .value("bits", Unpacking.Identity::bits)
        .value("operatingSystem", Unpacking.Identity::operatingSystem)
        .value("distribution", Unpacking.Identity::distribution)
        .value("distributionVersion", Unpacking.Identity::distributionVersion)
        .value("kernelVersion", Unpacking.Identity::kernelVersion);
  }

  private static Connection<Unpacking.Chunk> chunks(
      Unpacked unpacked, Arguments arguments, Scope scope) {
    return page(unpacked, "chunks", unpacked.facts().chunks(), arguments, scope);
  }

  private static Connection<Unpacking.Note> notes(
      Unpacked unpacked, Arguments arguments, Scope scope) {
    return page(unpacked, "notes", unpacked.facts().notes(), arguments, scope);
  }

  private static <T> Connection<T> page(
      Unpacked unpacked, String list, List<T> all, Arguments arguments, Scope scope) {
    Connection<T> page = Connection.of(all, arguments, list + " of " + unpacked.analysis().id());
    scope.spend(page.nodes().size());
    return page;
  }
}
