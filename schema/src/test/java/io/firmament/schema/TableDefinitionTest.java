package io.firmament.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableDefinitionTest {
  @Test
  void givesEveryContextItsTable() {
    assertEquals(
        List.of("identity", "firmware", "fleet", "evidence"),
        TableDefinition.all().stream().map(TableDefinition::name).toList());
  }

  @Test
  void namesAnIndexKeysAfterTheIndex() {
    TableDefinition.Index index = TableDefinition.named("identity").indexes().getFirst();
    assertEquals(new TableDefinition.Index("gsi1", "gsi1pk", "gsi1sk"), index);
    assertEquals(Optional.empty(), TableDefinition.named("identity").streamView());
    assertEquals(Optional.of("NEW_AND_OLD_IMAGES"), TableDefinition.named("fleet").streamView());
  }

  @Test
  void refusesALineWithAMissingField() {
    BufferedReader short5 = new BufferedReader(new StringReader("# t\na\tpk\tsk\tgsi1\tttl\n"));
    assertThrows(IllegalStateException.class, () -> TableDefinition.parse(short5));
  }

  @Test
  void hasASettingForEveryTable() {
    for (TableDefinition table : TableDefinition.all()) {
      Setting setting = Setting.table(table.name());
      assertEquals("t", setting.in(Map.of(setting.variable(), "t")));
    }
    assertThrows(IllegalStateException.class, () -> Setting.KEY_DEVICE_CA.in(Map.of()));
    assertEquals(Optional.empty(), Setting.PUBLIC_URL.find(Map.of("FIRMAMENT_PUBLIC_URL", " ")));
  }
}
