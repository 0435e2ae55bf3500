package io.firmament.analysis.advisory.index;

import io.firmament.analysis.advisory.cpe.Cpe;
import io.firmament.analysis.advisory.feeds.Condition;
import io.firmament.analysis.advisory.feeds.Criterion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// Condition trees as bytes.
final class ConditionCodec {
  private static final int LEAF = 0;
  private static final int ALL = 1;
  private static final int ANY = 2;

  private ConditionCodec() {}

  static void write(Condition condition, DataOutputStream out) throws IOException {
    switch (condition) {
      case Condition.All all -> {
        out.writeByte(ALL);
        out.writeBoolean(all.negated());
        ClaimCodec.number(all.children().size(), out);
        for (Condition child : all.children()) {
          write(child, out);
        }
      }
      case Condition.Any any -> {
        out.writeByte(ANY);
        out.writeBoolean(any.negated());
        ClaimCodec.number(any.children().size(), out);
        for (Condition child : any.children()) {
          write(child, out);
        }
      }
      case Criterion criterion -> {
        out.writeByte(LEAF);
        out.writeBoolean(criterion.vulnerable());
        ClaimCodec.text(criterion.cpe().toString(), out);
        ClaimCodec.optional(criterion.from(), out);
        out.writeBoolean(criterion.fromExcluded());
        ClaimCodec.optional(criterion.to(), out);
        out.writeBoolean(criterion.toExcluded());
      }
    }
  }

  static Condition read(DataInputStream in) throws IOException {
    int kind = in.readByte();
    boolean flag = in.readBoolean();
    return switch (kind) {
      case ALL -> new Condition.All(ClaimCodec.list(in, ConditionCodec::read), flag);
      case ANY -> new Condition.Any(ClaimCodec.list(in, ConditionCodec::read), flag);
      case LEAF -> {
        Cpe cpe = Cpe.parse(ClaimCodec.text(in)).orElseThrow(ClaimCodec::damaged);
        String from = ClaimCodec.optional(in);
        boolean fromExcluded = in.readBoolean();
        String to = ClaimCodec.optional(in);
        yield new Criterion(flag, cpe, from, fromExcluded, to, in.readBoolean());
      }
      default -> throw ClaimCodec.damaged();
    };
  }
}
